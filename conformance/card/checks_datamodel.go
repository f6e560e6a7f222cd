package card

import (
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// dataModelChecks are about what the data on a card says, and that one part of
// it does not contradict another.
func dataModelChecks() []suite.Check {
	const (
		chuid     = "SP 800-73-4 part 1 §3.1.2"
		ccc       = "SP 800-73-4 part 1 §3.1.1, appendix A"
		discovery = "SP 800-73-4 part 1 §3.3.2"
		printed   = "SP 800-73-4 part 1 §3.2.5, appendix A"
		keys      = "SP 800-78-4 §3.1; FIPS 201-2 §4.2.2"
	)
	piv := needs(target.PIV)
	test := needs(target.PIV, target.TestCard)
	return []suite.Check{
		{ID: "card.holder-guid", Title: "The card's GUID is a version 4 UUID and not zero", Source: chuid + "; RFC 9562 §5.4", Requires: piv, Proof: "card.holder-object-wrong", Because: "GUID", Run: with(guidRight)},
		{ID: "card.holder-fascn", Title: "The FASC-N has its sentinels, separators, parity and check digit", Source: chuid + "; TIG SCEPACS §6", Requires: piv, Proof: "card.holder-object-wrong", Because: "FASC-N", Run: with(fascnRight)},
		{ID: "card.holder-expiry", Title: "The CHUID's date is one, and not past", Source: chuid, Requires: piv, Proof: "card.holder-object-wrong", Because: "expires", Run: with(holderCurrent)},
		{ID: "card.holder-outlives-certificates", Title: "No certificate outlives the card's own expiry", Source: "SP 800-85B §11; FIPS 201-2 §2.9.1", Requires: piv, Proof: "card.holder-object-wrong", Because: "outlives", Run: with(certificatesWithinCard)},
		{ID: "card.capabilities-identifier", Title: "The capability container has a card identifier of 21 bytes", Source: ccc, Requires: piv, Proof: "card.capabilities-wrong", Because: "F0", Run: with(capabilityIdentifier)},
		{ID: "card.capabilities-versions", Title: "The capability container names version 2.1 and data model 10", Source: ccc, Requires: piv, Proof: "card.capabilities-wrong", Because: "version", Run: with(capabilityVersions)},
		{ID: "card.capabilities-alone", Title: "The capability container points to no other card application", Source: "OpenSC card-piv.c: F3 entries of a CAC make a card a dual one", Requires: piv, Proof: "card.capabilities-wrong", Because: "F3", Run: with(capabilityAlone)},
		{ID: "card.discovery-name", Title: "The discovery object names PIV", Source: discovery, Requires: piv, Proof: "card.discovery-wrong", Because: "4F", Run: with(discoveryName)},
		{ID: "card.discovery-policy", Title: "The discovery object says that the PIV passcode is there and which one comes first", Source: discovery, Requires: piv, Proof: "card.discovery-wrong", Because: "5F2F", Run: with(discoveryPolicy)},
		{ID: "card.printed-lengths", Title: "The printed fields are no longer than the standard lets them be", Source: printed, Requires: test, Proof: "card.printed-wrong", Because: "longest", Run: with(steps(verified, printedLengths))},
		{ID: "card.printed-expiry", Title: "The printed date is YYYYMMMDD and that of the CHUID", Source: printed, Requires: test, Proof: "card.printed-wrong", Because: "date", Run: with(steps(verified, printedExpiry))},
		{ID: "card.printed-name", Title: "The printed name is that of the certificates", Source: "NHS certificate profile; " + printed, Requires: and(test, target.NHSNames), Proof: "card.printed-wrong", Because: "printed name", Run: with(steps(verified, printedName))},
		{ID: "card.key-exponent", Title: "Both public exponents are 65537", Source: keys, Requires: needs(), Proof: "card.weak-exponent", Because: "exponent", Run: with(keyExponent)},
		{ID: "card.key-usage-authentication", Title: "The authentication certificate is for digital signatures and not for content commitment", Source: "SP 800-85B §11 9A; RFC 5280 §4.2.1.3", Requires: needs(), Proof: "card.pairs-swapped", Because: "authentication certificate's key usage", Run: with(authenticationUsage)},
		{ID: "card.keys-differ", Title: "The two certificates are for two keys", Source: "SP 800-73-4 part 1 table 4a; NHS: a sign-in is no signature", Requires: needs(), Proof: "card.one-key", Because: "same key", Run: with(keysDiffer)},
		{ID: "card.serials-differ", Title: "The two certificates are two", Source: "RFC 5280 §4.1.2.2", Requires: needs(), Proof: "card.one-key", Because: "same certificate", Run: with(serialsDiffer)},
		{ID: "card.certificate-version", Title: "Both certificates are of version 3 and for no authority", Source: "RFC 5280 §4.1.2.1, §4.2.1.9", Requires: needs(), Proof: "card.authority-certificate", Because: "authority", Run: with(endEntity)},
	}
}
