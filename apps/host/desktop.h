/// The still desktop around the clip: wallpaper, panel, windows with rows of text-like marks. Pure.
#pragma once

#include "picture.h"

namespace sumac::host {

/// The smallest pleasant desktop around a clip of this size.
Size desktop_size_for(Size clip);

/// Where the clip stands on the desktop; both edges even.
Area clip_area_on(Size desktop, Size clip);

/// The same picture for the same sizes, on every host and in every run: a migrated client sees no
/// difference.
Picture draw_desktop(Size desktop, Area clip);

} // namespace sumac::host
