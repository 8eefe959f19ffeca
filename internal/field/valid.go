package field

// ValidName reports whether name is a field name: a token (RFC 9110 §5.1).
func ValidName(name string) bool {
	return name != "" && tokenLen(name) == len(name)
}

// ValidValue reports whether value can be written as a field value without
// splitting the message or upsetting its readers: no control character but
// tab (RFC 9110 §5.5). Bytes from 0x80 on are allowed.
func ValidValue(value string) bool {
	for i := range len(value) {
		if c := value[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}
