package login

import (
	"regexp"
	"strings"
)

// Code is what an error page shows for the helpdesk: a number and, in brackets,
// a name. The real service is known for 400_645 and for the shape of its family,
// 400_xxx and 500_xxx (facts on CIS2 section 2.8); what is behind other numbers
// is not public, so the names, which are ours, tell the causes apart.
type Code struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Title  string   `json:"title"`
	Causes []string `json:"causes"`
}

// The number of a person's or an application's mistake, and that of ours.
const (
	codeOfRequest = "400_645"
	codeOfService = "500_645"
)

// Codes are all that the pages can show.
var Codes = []Code{
	{codeOfRequest, "", "Smartcard authentication failure", []string{
		"the port service or the smartcard program is not running", "the browser may not reach programs on this computer"}},
	{codeOfRequest, "AUT", "The smartcard program ended the sign-in", []string{
		"the person, the card or the program; the AUT number says how (agent/PROTOCOL.md section 9)"}},
	{codeOfRequest, "access_denied", "The sign-in does not go on", []string{
		"it was started in another browser", "it is too old, or has ended", "its ticket was used"}},
	{codeOfRequest, "invalid_request", "The request is not right", []string{
		"the application's request or a form of a page is malformed or too long", "a parameter is there twice, or in the wrong place",
		"redirect_uri or post_logout_redirect_uri is not registered letter by letter"}},
	{codeOfRequest, "invalid_client", "The application is not known", []string{"client_id is not registered, or is another environment's"}},
	{codeOfRequest, "unsupported_browser", "The browser is too old", []string{
		"Internet Explorer, or the Internet Explorer mode of Edge", "Edge before version 79"}},
	{codeOfService, "server_error", "The service made a mistake", []string{"the service's log says more"}},
}

// pageCode is the number of an error page.
func pageCode(status int) string {
	if status >= 500 {
		return codeOfService
	}
	return codeOfRequest
}

var oldEdge = regexp.MustCompile(`\bEdge/\d`)

// tooOld is what a browser that cannot run the pages calls itself, by its
// User-Agent: Internet Explorer says MSIE or Trident, in Edge's mode too; Edge
// before Chromium says Edge, not Edg.
func tooOld(agent string) string {
	switch {
	case strings.Contains(agent, "MSIE ") || strings.Contains(agent, "Trident/"):
		return "Internet Explorer, or the Internet Explorer mode of Microsoft Edge"
	case oldEdge.MatchString(agent):
		return "an old version of Microsoft Edge"
	}
	return ""
}
