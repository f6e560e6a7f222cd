package tpmkey

import (
	"crypto/sha256"

	"github.com/google/go-tpm/tpm2"
)

// Report is the purpose of a host's key: it signs what ran there.
const Report = "report"

// signing is a P-256 key that signs SHA-256 digests by ECDSA, cannot leave the
// TPM, and needs no password: whoever may talk to the TPM may use it, and wrong
// guesses elsewhere do not lock it (noDA). Source: TPM 2.0 Library part 2,
// TPMA_OBJECT.
func signing(purpose string) tpm2.TPMTPublic {
	x := sha256.Sum256([]byte("smartcard-connect " + purpose + " key v1"))
	return tpm2.TPMTPublic{
		Type:    tpm2.TPMAlgECC,
		NameAlg: tpm2.TPMAlgSHA256,
		ObjectAttributes: tpm2.TPMAObject{FixedTPM: true, FixedParent: true, SensitiveDataOrigin: true,
			UserWithAuth: true, NoDA: true, SignEncrypt: true},
		Parameters: tpm2.NewTPMUPublicParms(tpm2.TPMAlgECC, &tpm2.TPMSECCParms{
			CurveID: tpm2.TPMECCNistP256,
			Scheme: tpm2.TPMTECCScheme{Scheme: tpm2.TPMAlgECDSA,
				Details: tpm2.NewTPMUAsymScheme(tpm2.TPMAlgECDSA, &tpm2.TPMSSigSchemeECDSA{HashAlg: tpm2.TPMAlgSHA256})},
		}),
		Unique: tpm2.NewTPMUPublicID(tpm2.TPMAlgECC, &tpm2.TPMSECCPoint{X: tpm2.TPM2BECCParameter{Buffer: x[:]}}),
	}
}

// attestation is a key like that, restricted to what the TPM itself says.
func attestation() tpm2.TPMTPublic {
	t := signing("attestation")
	t.ObjectAttributes.Restricted = true
	return t
}
