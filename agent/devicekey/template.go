package devicekey

import (
	"crypto/sha256"
	"encoding/base64"

	"github.com/google/go-tpm/tpm2"
)

// purpose makes the key ours alone: another program that asks the same TPM
// for a signing key gets another one.
const purpose = "smartcard-connect device key v1"

// template is a P-256 key that signs SHA-256 digests by ECDSA, cannot leave
// the TPM, and needs no password: whoever may talk to the TPM may use it, and
// wrong guesses elsewhere do not lock it (noDA). It is unrestricted, as its
// digests are made by the agent. Source: TPM 2.0 Library part 2, TPMA_OBJECT.
func template() tpm2.TPMTPublic {
	x := sha256.Sum256([]byte(purpose))
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

func base64url(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
