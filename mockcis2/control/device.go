package control

import (
	"net/http"

	"github.com/smartcard-connect/smartcard-connect/mockcis2"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/client"
)

// ask is what is asked of computers.
type ask struct {
	Ask string `json:"ask"`
}

// devices is GET /devices: what is asked, and whom the provider knows.
func (d Door) devices(w http.ResponseWriter, _ *http.Request) {
	client.Answer(w, http.StatusOK, struct {
		ask
		Devices []mockcis2.Device `json:"devices"`
	}{ask{d.Server.DeviceAsk()}, d.Server.Devices()})
}

// setDeviceAsk is PUT /devices.
func (d Door) setDeviceAsk(w http.ResponseWriter, r *http.Request) {
	var want ask
	if client.Body(w, r, &want) {
		done(w, d.Server.SetDeviceAsk(want.Ask))
	}
}

// enrol is PUT /devices/{thumbprint}.
func (d Door) enrol(w http.ResponseWriter, r *http.Request) {
	done(w, d.Server.EnrolDevice(r.PathValue("thumbprint")))
}

// forgetDevice is DELETE /devices/{thumbprint}.
func (d Door) forgetDevice(w http.ResponseWriter, r *http.Request) {
	gone(w, d.Server.ForgetDevice(r.PathValue("thumbprint")))
}
