package tpmkey

import "github.com/google/go-tpm/tpm2"

// Quote is what the AK signs for anybody who asks: it has the nonce, and
// certifies no key.
func (t *TPM) Quote(nonce []byte) (Answer, error) {
	var a Answer
	err := t.with(tpm2.TPMRHOwner, attestation(), func(ak object) error {
		said, err := tpm2.Quote{
			SignHandle:     ak.auth(),
			QualifyingData: tpm2.TPM2BData{Buffer: nonce},
			InScheme:       tpm2.TPMTSigScheme{Scheme: tpm2.TPMAlgNull},
		}.Execute(t.tpm)
		if err != nil {
			return err
		}
		a.Certified, a.Signature = said.Quoted.Bytes(), tpm2.Marshal(said.Signature)
		return nil
	})
	return a, err
}
