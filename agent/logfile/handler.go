package logfile

import (
	"io"
	"log/slog"
)

// JSON writes guarded lines to w, a File as a rule.
func JSON(w io.Writer, level slog.Leveler) slog.Handler {
	return slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: Guard})
}

// Text writes guarded lines for people, on standard error or for a journal.
func Text(w io.Writer, level slog.Leveler) slog.Handler {
	return slog.NewTextHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: Guard})
}
