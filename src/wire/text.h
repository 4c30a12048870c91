/// Text from the peer, made safe for a log line or a message to a person.
#pragma once

#include "base/reader.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace sumac::wire {

/// The text up to its first NUL or line break, at most `max_bytes` of it; every byte that is not
/// printable ASCII as '?'. For what may be anything at all.
std::string printable(Bytes bytes, std::size_t max_bytes);

/// UTF-8 text of a counted wire string: up to the first NUL, control characters as '?'.
std::string wire_text(Bytes bytes);

} // namespace sumac::wire
