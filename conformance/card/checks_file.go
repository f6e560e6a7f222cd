package card

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// fileChecks are about AuthentIC's files: choosing, reading and writing them,
// and what the directory files say.
func fileChecks() []suite.Check {
	const (
		choosing  = "ISO/IEC 7816-4 §11.1.1; OpenSC card-authentic.c"
		control   = "ISO/IEC 7816-4 §7.4.3; OpenSC card-authentic.c"
		reading   = "ISO/IEC 7816-4 §11.3.3"
		writing   = "ISO/IEC 7816-4 §11.3.5, 7816-9 §8; recorded: pkcs15-init on AuthentIC"
		directory = "ISO/IEC 7816-15 §6, §8"
		policy    = "OpenSC card-authentic.c: 5F data object"
	)
	files := needs(target.AuthentIC)
	writes := needs(target.AuthentIC, target.TestCard, target.Bench)
	return []suite.Check{
		{ID: "card.file-identifier", Title: "A file selects by its identifier from its directory and from the top", Source: choosing, Requires: files, Proof: "card.absent-is-empty", Because: "not 6A82", Run: with(steps(say("00A40000 02 2F00 00"), say("00A40000 02 5015 00"), say("00A40000 02 5031 00"), say("00A40000 02 2F00 00"), say("00A40000 02 5031 00", iso7816.FileNotFound)))},
		{ID: "card.file-path", Title: "A file selects by its path with or without the master file in front", Source: choosing, Requires: files, Proof: "card.path-refused:power=2", Because: "A4 08", Run: with(steps(say("00A4080C 04 50155031"), say("00A4080C 06 3F0050155032")))},
		{ID: "card.file-path-from-here", Title: "A file selects by its path from the current directory", Source: choosing, Requires: files, Proof: "card.path-refused:power=2", Because: "A4 09", Run: with(steps(say("00A4000C 02 5015"), say("00A4090C 02 5032")))},
		{ID: "card.file-parent", Title: "The parent directory selects", Source: choosing, Requires: files, Proof: "card.path-refused:power=2", Because: "A4 03", Run: with(steps(say("00A4000C 02 5015"), selectsParent))},
		{ID: "card.file-absent", Title: "A file that is not there is answered 6A82, by identifier and by path", Source: choosing, Requires: files, Proof: "card.absent-is-empty", Because: "not 6A82", Run: with(steps(say("00A40000 02 DEAD 00", iso7816.FileNotFound), say("00A4080C 04 5015DEAD", iso7816.FileNotFound)))},
		{ID: "card.file-absent-keeps", Title: "A SELECT that fails leaves the selected file selected", Source: choosing, Requires: files, Proof: "card.failed-select-leaves", Because: "B0 00 00", Run: with(steps(say("00A4000C 02 2F00"), say("00A40000 02 DEAD 00", iso7816.FileNotFound), say("00B00000 10")))},
		{ID: "card.file-quiet", Title: "SELECT with P2 0C brings no data", Source: choosing, Requires: files, Proof: "card.select-talks", Because: "brings", Run: with(selectsQuietly)},
		{ID: "card.file-forms", Title: "SELECT in a form that the card does not know is answered 6A86", Source: choosing, Requires: files, Proof: "card.p1p2-ignored", Because: "not 6A86", Run: with(steps(say("00A4050C 02 5015", iso7816.WrongP1P2), say("00A40001 02 5015", iso7816.WrongP1P2)))},
		{ID: "card.file-parameters", Title: "The control parameters of a file are size, type, identifier and access rules", Source: control, Requires: files, Proof: "card.fcp-thin", Because: "control parameters", Run: with(parametersOfFile)},
		{ID: "card.file-parameters-directory", Title: "The control parameters of a directory are type, identifier and access rules", Source: control, Requires: files, Proof: "card.fcp-thin", Because: "control parameters", Run: with(parametersOfDirectory)},
		{ID: "card.file-size", Title: "A file reads to the size its control parameters say and no further", Source: control + "; " + reading, Requires: files, Proof: "card.fcp-thin", Because: "control parameters", Run: with(readsToSize)},

		{ID: "card.read-offset", Title: "Reading from an offset brings what is there", Source: reading, Requires: files, Proof: "card.offset-ignored:power=2", Because: "offset", Run: with(readsFromOffset)},
		{ID: "card.read-past-end", Title: "Reading from past the end is answered 6B00", Source: reading, Requires: files, Proof: "card.offset-ignored:power=2", Because: "not 6B00", Run: with(steps(say("00A4000C 02 2F00"), say("00B07F00 01", iso7816.OffsetOutside)))},
		{ID: "card.read-over-end", Title: "Reading more than is left brings what is left, and 6282", Source: reading, Requires: needs(target.AuthentIC, target.T1), Proof: "card.end-unmarked", Because: "not 6282", Run: with(steps(say("00A4000C 02 2F00"), say("00B00070 FF", iso7816.EndOfFile)))},
		{ID: "card.read-nothing-selected", Title: "Reading with no file selected is answered 6986", Source: reading, Requires: files, Proof: "card.wrong-error-word", Because: "not 6986", Run: with(steps(say("00A4000C 02 5015"), say("00B00000 10", 0x6986)))},

		{ID: "card.directory-application", Title: "EF.DIR names PKCS#15 and leads to a directory that is there", Source: directory, Requires: files, Proof: "card.directory-wrong", Because: "EF.DIR", Run: with(applicationThere)},
		{ID: "card.directory-objects", Title: "EF.ODF leads to directory files that are there", Source: directory, Requires: files, Proof: "card.directory-wrong", Because: "EF.ODF", Run: with(objectsThere)},
		{ID: "card.directory-certificates", Title: "The certificate directory leads to certificates", Source: directory, Requires: files, Proof: "card.certificate-path-wrong", Because: "certificate directory leads", Run: with(certificatesThere)},
		{ID: "card.directory-passcode", Title: "The passcode directory and the passcode's policy name the same lengths", Source: directory + "; " + policy, Requires: files, Proof: "card.data-missing", Because: "policy", Run: with(lengthsAgree)},
		{ID: "card.policy-tries", Title: "The passcode's policy names the number of tries that a fresh counter has", Source: policy, Requires: needs(target.AuthentIC, target.TestCard), Proof: "card.data-missing", Because: "policy", Run: with(policyTries)},
		{ID: "card.policy-puk", Title: "The passcode's policy says that the PUK resets it", Source: policy, Requires: files, Proof: "card.data-missing", Because: "policy", Run: with(policyPUK)},
		{ID: "card.policy-absent", Title: "The policy of a passcode that is not there is answered 6A88", Source: policy, Requires: files, Proof: "card.wrong-error-word", Because: "not 6A88", Run: with(say("00CA5F07 00", iso7816.ReferenceNotFound))},
		{ID: "card.production-data", Title: "The production life cycle data is 42 bytes with a serial number", Source: "GlobalPlatform card specification, tag 9F7F", Requires: files, Proof: "card.data-missing", Because: "CA 9F 7F", Run: with(productionData)},
		{ID: "card.production-data-class", Title: "The production data is answered in the class 80 too", Source: "recorded: OpenSC retries with 80 after 6E00", Requires: files, Proof: "card.data-missing", Because: "CA 9F 7F", Run: with(say("80CA9F7F 2D"))},

		{ID: "card.file-create-guarded", Title: "No file is created before the passcode: 6982", Source: writing, Requires: writes, Proof: "card.write-unchecked", Because: "not 6982", Run: mending(steps(inDirectory, createsFile(iso7816.SecurityStatus)))},
		{ID: "card.file-update-guarded", Title: "No file is changed before the passcode: 6982", Source: writing, Requires: writes, Proof: "card.write-unchecked", Because: "not 6982", Run: mending(steps(say("00A4080C 04 50157005"), say("00D60000 01 00", iso7816.SecurityStatus)))},
		{ID: "card.file-delete-guarded", Title: "No file is deleted before the passcode: 6982", Source: writing, Requires: writes, Proof: "card.write-unchecked", Because: "not 6982", Run: mending(steps(inDirectory, say("00E40200 02 7006", iso7816.SecurityStatus)))},
		{ID: "card.file-create", Title: "A file that was created holds what is written into it", Source: writing, Requires: writes, Proof: "card.put-forgets", Because: "A4 00", Run: restoring(steps(verified, inDirectory, createsFile(iso7816.OK), writesFile, readsFile))},
		{ID: "card.file-survives-reset", Title: "A file that was written is there after a reset", Source: writing, Requires: writes, Proof: "card.put-forgets", Because: "A4 00", Run: restoring(steps(verified, inDirectory, createsFile(iso7816.OK), writesFile, restarted, inDirectory, readsFile))},
		{ID: "card.file-create-twice", Title: "A file whose identifier is taken is not created: 6A89", Source: writing, Requires: writes, Proof: "card.write-unchecked", Because: "not 6A89", Run: restoring(steps(verified, inDirectory, createsFile(iso7816.OK), createsFile(0x6A89)))},
		{ID: "card.file-delete", Title: "A file that was deleted is gone", Source: writing, Requires: writes, Proof: "card.put-forgets", Because: "not 6A82", Run: restoring(steps(verified, inDirectory, say("00E40200 02 7006"), say("00A4000C 02 7006", iso7816.FileNotFound)))},
		{ID: "card.file-update-over-end", Title: "Writing over the end of a file is answered 6700 and writes nothing", Source: writing, Requires: writes, Proof: "card.write-unchecked", Because: "not 6700", Run: restoring(steps(verified, inDirectory, createsFile(iso7816.OK), say("00A4000C 02 B000"), say("00D6001E 04 01020304", iso7816.WrongLength, 0x6A84)))},
	}
}
