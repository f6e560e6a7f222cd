//go:build linux && (amd64 || arm64)

package gtk

import (
	"html"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode/dialog"
)

// Constants of GTK 3 and GDK 3.
const (
	windowToplevel = 0
	typeDialog     = 1
	horizontal     = 0
	vertical       = 1
	purposePass    = 8 // GTK_INPUT_PURPOSE_PASSWORD
	purposePIN     = 9
	noHelp         = 1<<1 | 1<<7 | 1<<9 // no spell check, no emoji, private
	kindWarning    = 1
	kindError      = 3
	touch          = 44 // pixels a finger needs
	chars          = 46 // a line's width
	width          = 420
	ellipsizeEnd   = 3
	wrapWordChar   = 2
)

// window is the form's widgets.
type window struct {
	kit *toolkit

	window, banner, bannerText, purpose, application, card, tries object
	alert, alertText, row, label, entry, hint, clock, end         object
	notStarted, cancel, ok, spoken                                object

	buffer *buffer
	typed  passcode.Vault // for copies: the buffer keeps its own slot for good
	drawn  dialog.Look
}

var _ dialog.Surface = &window{}

// build makes the widgets, top to bottom, and shows nothing yet.
func build(kit *toolkit) *window {
	w := &window{kit: kit, buffer: newBuffer(kit), window: kit.windowNew(windowToplevel)}
	kit.windowTypeHint(w.window, typeDialog)
	kit.windowKeepAbove(w.window, 1)
	kit.windowResizable(w.window, 0)
	kit.windowFocusOnMap(w.window, 0)
	kit.windowUrgency(w.window, 1)
	kit.windowIcon(w.window, "dialog-password")
	outer := kit.boxNew(vertical, 0)
	kit.containerAdd(w.window, outer)
	w.banner, w.bannerText = w.bar(outer, kindWarning)
	box := kit.boxNew(vertical, 10)
	kit.containerBorder(box, 18)
	kit.widgetSize(box, width, -1)
	kit.boxStart(outer, box, 1, 1, 0)
	w.purpose, w.application, w.card = w.text(box), w.text(box), w.text(box)
	w.alert, w.alertText = w.bar(box, kindError)
	w.tries = w.text(box)
	w.fields(box)
	w.hint, w.end = w.text(box), w.text(box)
	w.times(box)
	w.buttons(box)
	kit.widgetShowAll(outer)
	return w
}

// text is a line that wraps.
func (w *window) text(box object) object {
	l := w.kit.labelNew("")
	w.kit.labelWrap(l, 1)
	w.kit.labelWrapMode(l, wrapWordChar)
	w.kit.labelWidth(l, chars)
	w.kit.labelXAlign(l, 0)
	w.kit.boxStart(box, l, 0, 0, 0)
	return l
}

// bar is a line that every theme makes stand out, the high contrast ones too.
func (w *window) bar(box object, kind int32) (bar, label object) {
	bar = w.kit.infoBarNew()
	w.kit.infoBarType(bar, kind)
	label = w.text(w.kit.infoBarContent(bar))
	w.kit.boxStart(box, bar, 0, 0, 0)
	return bar, label
}

// times is the countdown and, beside it and not to be seen, what was last said.
func (w *window) times(box object) {
	kit := w.kit
	row := kit.boxNew(horizontal, 0)
	w.clock = w.text(row)
	w.spoken = kit.labelNew("")
	kit.labelEllipsize(w.spoken, ellipsizeEnd)
	kit.labelWidth(w.spoken, 1)
	kit.widgetOpacity(w.spoken, 0)
	kit.atkRole(kit.widgetAccessible(w.spoken), kit.atkRoleFor("notification"))
	kit.boxStart(row, w.spoken, 1, 1, 0)
	kit.boxStart(box, row, 0, 0, 0)
}

func (w *window) fields(box object) {
	kit := w.kit
	w.row = kit.boxNew(horizontal, 10)
	w.label = kit.labelMnemonic("_Passcode:")
	w.entry = kit.entryNew(w.buffer.object)
	kit.entryVisible(w.entry, 0)
	kit.entryActivates(w.entry, 1)
	kit.entryHints(w.entry, noHelp)
	kit.widgetSize(w.entry, -1, touch)
	kit.labelFor(w.label, w.entry)
	kit.atkName(kit.widgetAccessible(w.entry), "Passcode")
	kit.boxStart(w.row, w.label, 0, 0, 0)
	kit.boxStart(w.row, w.entry, 1, 1, 0)
	kit.boxStart(box, w.row, 0, 0, 0)
}

func (w *window) buttons(box object) {
	kit := w.kit
	row := kit.boxNew(horizontal, 10)
	w.notStarted, w.cancel, w.ok = kit.buttonMnemonic("I did _not start this"), kit.buttonMnemonic("_Cancel"), kit.buttonMnemonic("_OK")
	for _, b := range []object{w.notStarted, w.cancel, w.ok} {
		kit.widgetSize(b, 2*touch, touch)
	}
	kit.widgetCanDefault(w.ok, 1)
	kit.styleClass(kit.widgetStyle(w.ok), "suggested-action")
	kit.boxStart(row, w.notStarted, 0, 0, 0)
	kit.boxEnd(row, w.ok, 0, 0, 0)
	kit.boxEnd(row, w.cancel, 0, 0, 0)
	kit.boxEnd(box, row, 0, 0, 6)
	kit.windowDefault(w.window, w.ok)
}

// Locks asks the keyboard.
func (w *window) Locks() passcode.Locks {
	keys := w.kit.keymapFor(w.kit.display())
	return passcode.Locks{Caps: w.kit.keymapCaps(keys) != 0, Num: w.kit.keymapNum(keys) != 0}
}

// Draw shows a look.
func (w *window) Draw(l dialog.Look) {
	kit, old := w.kit, w.drawn
	w.drawn = l
	kit.windowTitle(w.window, l.Title)
	w.put(w.banner, w.bannerText, old.Banner, l.Banner)
	if l.Purpose != old.Purpose {
		kit.labelMarkup(w.purpose, `<span weight="bold" size="large">`+html.EscapeString(l.Purpose)+`</span>`)
	}
	kit.widgetVisible(w.purpose, show(l.Purpose))
	w.put(w.application, w.application, old.Application, l.Application)
	w.put(w.card, w.card, old.Card, l.Card)
	w.put(w.clock, w.clock, old.Clock, l.Clock)
	w.put(w.end, w.end, old.End, l.End)
	w.put(w.tries, w.tries, old.Tries, l.Tries)
	w.put(w.alert, w.alertText, old.Alert, l.Alert)
	w.put(w.hint, w.hint, old.Hint, l.Hint)
	kit.atkDescription(kit.widgetAccessible(w.entry), strings.TrimSpace(l.Card+" "+l.View.Tries+" "+l.Hint))
	purpose := int32(purposePass)
	if l.Digits {
		purpose = purposePIN
	}
	kit.entryPurpose(w.entry, purpose)
	w.enable(l.View)
}

// Count draws the countdown, and stops asking for attention once the person is here.
func (w *window) Count(l dialog.Look) {
	w.put(w.clock, w.clock, w.drawn.Clock, l.Clock)
	w.drawn.Clock = l.Clock
	if w.kit.windowActive(w.window) != 0 {
		w.kit.windowUrgency(w.window, 0)
	}
}

// Appear brings the window up.
func (w *window) Appear() {
	w.place()
	w.kit.widgetShow(w.window)
}

// Focus gives the keyboard to the field or to Cancel.
func (w *window) Focus(field bool) {
	if field {
		w.kit.widgetFocus(w.entry)
	} else {
		w.kit.widgetFocus(w.cancel)
	}
}

// Quit ends GTK's loop.
func (w *window) Quit() { w.kit.mainQuit() }

func (w *window) put(widget, label object, old, text string) {
	if old != text {
		w.kit.labelText(label, text)
	}
	w.kit.widgetVisible(widget, show(text))
}

// enable lets be used what the view says; with a farewell only Close is left.
func (w *window) enable(v passcode.View) {
	kit := w.kit
	over := v.End != ""
	kit.widgetVisible(w.row, boolean(!over))
	kit.widgetVisible(w.ok, boolean(!over))
	kit.widgetVisible(w.notStarted, boolean(!over))
	if over {
		kit.buttonLabel(w.cancel, "_Close")
	}
	kit.widgetSensitive(w.row, boolean(v.Entry))
	kit.widgetSensitive(w.ok, boolean(v.OK))
	kit.widgetSensitive(w.cancel, boolean(v.Cancel || over))
	kit.widgetSensitive(w.notStarted, boolean(v.NotStarted))
}

// Typed is a copy of the text, in a locked page.
func (w *window) Typed() []byte { return append(w.typed.Take(), w.buffer.text...) }

// Wipe empties the field.
func (w *window) Wipe() {
	w.kit.entryText(w.entry, "")
	clear(w.buffer.text[:cap(w.buffer.text)])
	w.buffer.text = w.buffer.text[:0]
}

// Say tells a screen reader: as an announcement where its library has them
// (ATK 2.46), and as the text of a notification.
func (w *window) Say(words string) {
	if words == "" {
		return
	}
	kit, a := w.kit, w.kit.widgetAccessible(w.spoken)
	kit.labelText(w.spoken, words)
	kit.atkName(a, words)
	if kit.lookup("announcement", kind(a)) != 0 {
		kit.emit(a, "announcement", words)
	}
}

// kind is the GType of an instance: its class's first word.
func kind(o object) uintptr { return **(**uintptr)(pointer(uintptr(o))) }

// place centres the window on the monitor with the pointer. A Wayland
// compositor places windows itself.
func (w *window) place() {
	kit := w.kit
	d := kit.display()
	var x, y int32
	kit.devicePosition(kit.seatPointer(kit.displaySeat(d)), nil, &x, &y)
	var area rectangle
	kit.monitorWorkarea(kit.monitorAt(d, x, y), &area)
	var natural size
	kit.widgetPreferred(w.window, nil, &natural)
	kit.windowMove(w.window, area.x+max(0, (area.width-natural.width)/2), area.y+max(0, (area.height-natural.height)/3))
}

func show(text string) int32 { return boolean(text != "") }

func boolean(on bool) int32 {
	if on {
		return 1
	}
	return 0
}
