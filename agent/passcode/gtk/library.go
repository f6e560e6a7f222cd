//go:build linux && (amd64 || arm64)

package gtk

import (
	"fmt"

	"github.com/ebitengine/purego"
)

// object is a pointer of C's: a widget, an adjustment, an accessible.
type object uintptr

// toolkit is the part of GTK that the form uses, as functions. Integers are C
// ints, booleans are ints.
type toolkit struct {
	// GTK
	initCheck        func(argc, argv uintptr) int32
	main             func()
	mainQuit         func()
	windowNew        func(kind int32) object
	windowTitle      func(w object, title string)
	windowKeepAbove  func(w object, on int32)
	windowResizable  func(w object, on int32)
	windowTypeHint   func(w object, hint int32)
	windowFocusOnMap func(w object, on int32)
	windowUrgency    func(w object, on int32)
	windowActive     func(w object) int32
	windowMove       func(w object, x, y int32)
	windowDefault    func(w, widget object)
	windowIcon       func(w object, name string)
	containerAdd     func(c, widget object)
	containerBorder  func(c object, pixels uint32)
	boxNew           func(orientation, spacing int32) object
	boxStart         func(box, widget object, expand, fill int32, padding uint32)
	boxEnd           func(box, widget object, expand, fill int32, padding uint32)
	labelNew         func(text string) object
	labelMnemonic    func(text string) object
	labelText        func(l object, text string)
	labelMarkup      func(l object, text string)
	labelWrap        func(l object, on int32)
	labelWidth       func(l object, chars int32)
	labelWrapMode    func(l object, mode int32)
	labelEllipsize   func(l object, mode int32)
	buttonLabel      func(b object, text string)
	labelXAlign      func(l object, at float32)
	labelFor         func(l, widget object)
	entryNew         func(buffer object) object
	entryVisible     func(e object, on int32)
	entryPurpose     func(e object, purpose int32)
	entryHints       func(e object, hints int32)
	entryActivates   func(e object, on int32)
	entryText        func(e object, text string)
	buttonMnemonic   func(text string) object
	infoBarNew       func() object
	infoBarType      func(b object, kind int32)
	infoBarContent   func(b object) object
	widgetShow       func(w object)
	widgetShowAll    func(w object)
	widgetVisible    func(w object, on int32)
	widgetSensitive  func(w object, on int32)
	widgetNoShowAll  func(w object, on int32)
	widgetFocus      func(w object)
	widgetSize       func(w object, width, height int32)
	widgetPreferred  func(w object, least, natural *size)
	widgetCanDefault func(w object, on int32)
	widgetOpacity    func(w object, opacity float64)
	widgetAccessible func(w object) object
	widgetStyle      func(w object) object
	styleClass       func(style object, class string)
	bufferType       func() uintptr
	bufferInserted   func(b object, position uint32, chars uintptr, n uint32)
	bufferDeleted    func(b object, position, n uint32)
	// GDK
	display         func() object
	displaySeat     func(d object) object
	seatPointer     func(s object) object
	devicePosition  func(d object, screen *object, x, y *int32)
	monitorAt       func(d object, x, y int32) object
	monitorWorkarea func(m object, r *rectangle)
	eventKeyval     func(event uintptr, keyval *uint32) int32
	keymapFor       func(d object) object
	keymapCaps      func(k object) int32
	keymapNum       func(k object) int32
	// ATK
	atkName        func(a object, name string)
	atkDescription func(a object, text string)
	atkRole        func(a object, role int32)
	atkRoleFor     func(name string) int32
	// GLib
	connect      func(instance object, signal string, handler, data, destroy uintptr, flags int32) uint64
	lookup       func(signal string, kind uintptr) uint32
	emit         func(instance object, signal string, text string)
	timeout      func(milliseconds uint32, call, data uintptr) uint32
	idle         func(call, data uintptr) uint32
	typeQuery    func(kind uintptr, query *typeQuery)
	typeRegister func(parent uintptr, name string, classSize uint32, classInit uintptr, size uint32, init uintptr, flags int32) uintptr
	objectNew    func(kind uintptr, end uintptr) object
}

// rectangle and size are GdkRectangle and GtkRequisition.
type rectangle struct{ x, y, width, height int32 }
type size struct{ width, height int32 }

// typeQuery is GTypeQuery.
type typeQuery struct {
	kind            uintptr
	name            uintptr
	class, instance uint32
}

// load opens the libraries and finds every function, or says which is missing.
func load() (t *toolkit, err error) {
	t = new(toolkit)
	defer func() {
		if r := recover(); r != nil { // purego's way to say that a function is missing
			err = fmt.Errorf("GTK 3 is not what it should be: %v", r)
		}
	}()
	for _, l := range []struct {
		file      string
		functions map[string]any
	}{
		{"libgtk-3.so.0", t.gtk()}, {"libgdk-3.so.0", t.gdk()}, {"libatk-1.0.so.0", t.atk()},
		{"libgobject-2.0.so.0", t.gobject()}, {"libglib-2.0.so.0", t.glib()},
	} {
		handle, err := purego.Dlopen(l.file, purego.RTLD_NOW|purego.RTLD_GLOBAL)
		if err != nil {
			return nil, fmt.Errorf("GTK 3 is not installed: %w", err)
		}
		for name, function := range l.functions {
			purego.RegisterLibFunc(function, handle, name)
		}
	}
	return t, nil
}

func (t *toolkit) gtk() map[string]any {
	return map[string]any{
		"gtk_init_check": &t.initCheck, "gtk_main": &t.main, "gtk_main_quit": &t.mainQuit,
		"gtk_window_new": &t.windowNew, "gtk_window_set_title": &t.windowTitle, "gtk_window_set_keep_above": &t.windowKeepAbove,
		"gtk_window_set_resizable": &t.windowResizable, "gtk_window_set_type_hint": &t.windowTypeHint,
		"gtk_window_set_focus_on_map": &t.windowFocusOnMap, "gtk_window_set_urgency_hint": &t.windowUrgency,
		"gtk_window_is_active": &t.windowActive, "gtk_window_move": &t.windowMove, "gtk_window_set_default": &t.windowDefault,
		"gtk_window_set_icon_name": &t.windowIcon, "gtk_container_add": &t.containerAdd, "gtk_container_set_border_width": &t.containerBorder,
		"gtk_box_new": &t.boxNew, "gtk_box_pack_start": &t.boxStart, "gtk_box_pack_end": &t.boxEnd,
		"gtk_label_new": &t.labelNew, "gtk_label_new_with_mnemonic": &t.labelMnemonic, "gtk_label_set_text": &t.labelText,
		"gtk_label_set_markup": &t.labelMarkup, "gtk_label_set_line_wrap": &t.labelWrap, "gtk_label_set_max_width_chars": &t.labelWidth,
		"gtk_label_set_xalign": &t.labelXAlign, "gtk_label_set_line_wrap_mode": &t.labelWrapMode, "gtk_label_set_ellipsize": &t.labelEllipsize, "gtk_button_set_label": &t.buttonLabel, "gtk_label_set_mnemonic_widget": &t.labelFor,
		"gtk_entry_new_with_buffer": &t.entryNew, "gtk_entry_set_visibility": &t.entryVisible, "gtk_entry_set_input_purpose": &t.entryPurpose,
		"gtk_entry_set_input_hints": &t.entryHints, "gtk_entry_set_activates_default": &t.entryActivates, "gtk_entry_set_text": &t.entryText,
		"gtk_button_new_with_mnemonic": &t.buttonMnemonic, "gtk_info_bar_new": &t.infoBarNew, "gtk_info_bar_set_message_type": &t.infoBarType,
		"gtk_info_bar_get_content_area": &t.infoBarContent, "gtk_widget_show": &t.widgetShow, "gtk_widget_show_all": &t.widgetShowAll,
		"gtk_widget_set_visible": &t.widgetVisible, "gtk_widget_set_sensitive": &t.widgetSensitive, "gtk_widget_set_no_show_all": &t.widgetNoShowAll,
		"gtk_widget_grab_focus": &t.widgetFocus, "gtk_widget_set_size_request": &t.widgetSize, "gtk_widget_get_preferred_size": &t.widgetPreferred,
		"gtk_widget_set_can_default": &t.widgetCanDefault, "gtk_widget_set_opacity": &t.widgetOpacity,
		"gtk_widget_get_accessible": &t.widgetAccessible, "gtk_widget_get_style_context": &t.widgetStyle, "gtk_style_context_add_class": &t.styleClass,
		"gtk_entry_buffer_get_type": &t.bufferType, "gtk_entry_buffer_emit_inserted_text": &t.bufferInserted, "gtk_entry_buffer_emit_deleted_text": &t.bufferDeleted,
	}
}

func (t *toolkit) gdk() map[string]any {
	return map[string]any{
		"gdk_display_get_default": &t.display, "gdk_display_get_default_seat": &t.displaySeat, "gdk_seat_get_pointer": &t.seatPointer,
		"gdk_device_get_position": &t.devicePosition, "gdk_display_get_monitor_at_point": &t.monitorAt, "gdk_monitor_get_workarea": &t.monitorWorkarea,
		"gdk_event_get_keyval": &t.eventKeyval, "gdk_keymap_get_for_display": &t.keymapFor,
		"gdk_keymap_get_caps_lock_state": &t.keymapCaps, "gdk_keymap_get_num_lock_state": &t.keymapNum,
	}
}

func (t *toolkit) atk() map[string]any {
	return map[string]any{
		"atk_object_set_name": &t.atkName, "atk_object_set_description": &t.atkDescription,
		"atk_object_set_role": &t.atkRole, "atk_role_for_name": &t.atkRoleFor,
	}
}

func (t *toolkit) gobject() map[string]any {
	return map[string]any{
		"g_signal_connect_data": &t.connect, "g_signal_lookup": &t.lookup, "g_signal_emit_by_name": &t.emit,
		"g_type_query": &t.typeQuery, "g_type_register_static_simple": &t.typeRegister, "g_object_new": &t.objectNew,
	}
}

func (t *toolkit) glib() map[string]any {
	return map[string]any{"g_timeout_add": &t.timeout, "g_idle_add": &t.idle}
}
