// u8 format, u8 flags (bit 0 top_down, bit 1 555 palette), u16 width, u16 height, u16 stride,
// u8 palette entries (4 bytes each), then the rows.
#include "base/reader.h"
#include "image/bitmap.h"

#include <cstdint>
#include <cstdlib>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    sumac::Reader r{std::as_bytes(std::span{data, size})};
    sumac::wire::BitmapImage bitmap;
    bitmap.format = r.u8();
    const std::uint8_t flags = r.u8();
    bitmap.top_down = (flags & 1) != 0;
    bitmap.width = r.u16();
    bitmap.height = r.u16();
    bitmap.stride_bytes = r.u16();
    std::vector<std::uint32_t> palette(r.u8());
    for (std::uint32_t& entry : palette)
        entry = r.u32();
    bitmap.rows = r.rest();

    const sumac::Size expected{static_cast<std::int32_t>(bitmap.width),
                               static_cast<std::int32_t>(bitmap.height)};
    const auto entries = (flags & 2) != 0 ? sumac::image::PaletteEntries::rgb555
                                          : sumac::image::PaletteEntries::rgb888;
    const auto colours = sumac::image::decode_bitmap(bitmap, palette, entries);
    if (colours && colours->size() != expected) std::abort();
    const auto mask = sumac::image::decode_mask(bitmap);
    if (mask && mask->size() != expected) std::abort();
    return 0;
}
