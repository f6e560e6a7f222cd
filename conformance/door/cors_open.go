package door

import "net/http"

// corsOpen tells the browser that every page may read the answer.
var corsOpen = Fault{
	ID:     "door.cors-open",
	Title:  "every page may read the door's answers",
	Why:    "A star in Access-Control-Allow-Origin is the first advice on the web when CORS gets in the way.",
	Answer: func(_ map[string]any, h http.Header) { h.Set("Access-Control-Allow-Origin", "*") },
}
