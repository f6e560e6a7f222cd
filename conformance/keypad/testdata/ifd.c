/* A reader with a keypad for tests: an IFD handler (pcsc-lite, ifdhandler.h) that
 * passes everything on to a unix socket, DEVICENAME in reader.conf. One request
 * is a letter, two bytes of length and data; one answer is the same without the
 * letter. P powers and brings the ATR, T is a command, C a control: its code in
 * four bytes, then its data. An answer of no bytes is a failure. */
#include <ifdhandler.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int line = -1;

static int all(int send_it, uint8_t *p, size_t n)
{
	while (n > 0) {
		ssize_t k = send_it ? write(line, p, n) : read(line, p, n);
		if (k <= 0)
			return 0;
		p += k;
		n -= k;
	}
	return 1;
}

static size_t ask(char what, const uint8_t *data, size_t n, uint8_t *answer, size_t room)
{
	uint8_t head[3] = {what, n >> 8, n};
	uint8_t copy[600];
	size_t got;
	if (n > sizeof copy)
		return 0;
	memcpy(copy, data, n);
	if (!all(1, head, 3) || !all(1, copy, n) || !all(0, head, 2))
		return 0;
	got = head[0] << 8 | head[1];
	if (got > room || !all(0, answer, got))
		return 0;
	return got;
}

RESPONSECODE IFDHCreateChannelByName(DWORD Lun, LPSTR DeviceName)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	(void)Lun;
	strncpy(to.sun_path, DeviceName, sizeof to.sun_path - 1);
	line = socket(AF_UNIX, SOCK_STREAM, 0);
	return connect(line, (struct sockaddr *)&to, sizeof to) ? IFD_COMMUNICATION_ERROR : IFD_SUCCESS;
}

RESPONSECODE IFDHCreateChannel(DWORD Lun, DWORD Channel)
{
	(void)Lun, (void)Channel;
	return IFD_COMMUNICATION_ERROR;
}

RESPONSECODE IFDHCloseChannel(DWORD Lun)
{
	(void)Lun;
	close(line);
	return IFD_SUCCESS;
}

RESPONSECODE IFDHGetCapabilities(DWORD Lun, DWORD Tag, PDWORD Length, PUCHAR Value)
{
	(void)Lun;
	if (Tag == TAG_IFD_SLOTS_NUMBER || Tag == TAG_IFD_SIMULTANEOUS_ACCESS) {
		*Length = 1;
		*Value = 1;
		return IFD_SUCCESS;
	}
	return IFD_ERROR_TAG;
}

RESPONSECODE IFDHSetCapabilities(DWORD Lun, DWORD Tag, DWORD Length, PUCHAR Value)
{
	(void)Lun, (void)Tag, (void)Length, (void)Value;
	return IFD_NOT_SUPPORTED;
}

RESPONSECODE IFDHSetProtocolParameters(DWORD Lun, DWORD Protocol, UCHAR Flags, UCHAR P1, UCHAR P2, UCHAR P3)
{
	(void)Lun, (void)Protocol, (void)Flags, (void)P1, (void)P2, (void)P3;
	return IFD_SUCCESS;
}

RESPONSECODE IFDHPowerICC(DWORD Lun, DWORD Action, PUCHAR Atr, PDWORD AtrLength)
{
	(void)Lun;
	if (Action == IFD_POWER_DOWN) {
		*AtrLength = 0;
		return IFD_SUCCESS;
	}
	*AtrLength = ask('P', (const uint8_t *)"", 0, Atr, MAX_ATR_SIZE);
	return *AtrLength ? IFD_SUCCESS : IFD_ERROR_POWER_ACTION;
}

RESPONSECODE IFDHTransmitToICC(DWORD Lun, SCARD_IO_HEADER SendPci, PUCHAR TxBuffer, DWORD TxLength, PUCHAR RxBuffer,
			       PDWORD RxLength, PSCARD_IO_HEADER RecvPci)
{
	(void)Lun;
	*RxLength = ask('T', TxBuffer, TxLength, RxBuffer, *RxLength);
	RecvPci->Protocol = SendPci.Protocol;
	return *RxLength ? IFD_SUCCESS : IFD_COMMUNICATION_ERROR;
}

RESPONSECODE IFDHControl(DWORD Lun, DWORD Code, PUCHAR TxBuffer, DWORD TxLength, PUCHAR RxBuffer, DWORD RxLength,
			 LPDWORD Returned)
{
	uint8_t request[600] = {Code >> 24, Code >> 16, Code >> 8, Code};
	(void)Lun;
	if (TxLength > sizeof request - 4)
		return IFD_COMMUNICATION_ERROR;
	memcpy(request + 4, TxBuffer, TxLength);
	*Returned = ask('C', request, TxLength + 4, RxBuffer, RxLength);
	return *Returned ? IFD_SUCCESS : IFD_ERROR_NOT_SUPPORTED;
}

RESPONSECODE IFDHICCPresence(DWORD Lun)
{
	(void)Lun;
	return IFD_ICC_PRESENT;
}
