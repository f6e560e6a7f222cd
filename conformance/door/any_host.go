package door

import (
	"fmt"
	"net/http"
)

// anyHost opens the door to DNS rebinding.
var anyHost = Fault{
	ID:    "door.any-host",
	Title: "the door answers under every host name",
	Why:   "A page whose name was re-pointed to 127.0.0.1 is only betrayed by its Host header.",
	Ask:   func(_ Cell, r *http.Request) { r.Host = fmt.Sprintf("localhost:%s", r.URL.Port()) },
}
