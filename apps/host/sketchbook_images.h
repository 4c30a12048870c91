/// Images of every width for the compressors of a server.
#pragma once

#include "draw_bitmap.h"
#include "drawing.h"

#include <memory>

namespace sumac::host {

/// Copies images to random places of the primary: one of each width from 1 to 67 in one format,
/// then in the next, and so on. Their rows are as long as they need to be, to the byte, or a bit
/// longer; their content is noise, smooth, or a piece of a real desktop. None is cached.
class ImageSheet : public Drawings {
public:
    /// `round`: see ImageMaker.
    ImageSheet(int count, std::uint32_t seed, Size primary, std::uint32_t round);

    std::unique_ptr<Drawing> next() override;

private:
    Bitmap image(Size size, std::uint8_t format, DrawMemory& memory);

    const int count_;
    int made_ = 0;
    Dice dice_;
    const Picture desktop_;
    std::uint32_t next_unique_;
};

} // namespace sumac::host
