package door

import "net/http"

// alwaysOK answers every mistake of a page as if it were none.
var alwaysOK = Fault{
	ID:     "door.always-200",
	Title:  "the door answers refusals with HTTP status 200",
	Why:    "Frameworks that put errors into the body make a page believe it was heard.",
	Status: func(int) int { return http.StatusOK },
}
