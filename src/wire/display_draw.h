/// The drawing operations among the display messages; a part of display.cpp.
#pragma once

#include "wire/display.h"

namespace sumac::wire {

/// u32 surface_id, Rect box, Clip.
DrawBase read_draw_base(Reader& r);

/// Reads a drawing operation (SPICE_MSG_DISPLAY_DRAW_*, 302 and above); another type gives
/// IgnoredDisplayMessage. Check the reader afterwards.
DisplayMessage read_draw_message(std::uint16_t type, Reader& r);

} // namespace sumac::wire
