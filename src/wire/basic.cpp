#include "wire/basic.h"

#include <spice/enums.h>

namespace sumac::wire {

namespace {

constexpr std::size_t rect_size = 16;
constexpr std::size_t wait_size = 10;

} // namespace

Clip read_clip(Reader& r) {
    Clip clip;
    const std::uint8_t type = r.u8();
    if (type == SPICE_CLIP_TYPE_NONE) return clip;
    if (type != SPICE_CLIP_TYPE_RECTS) r.fail(ErrorCode::invalid, "unknown clip type");
    clip.everything_visible = false;
    const std::uint32_t count = r.u32();
    if (count > r.left() / rect_size) r.fail(ErrorCode::truncated, "clip rectangles are missing");
    if (r.failed()) return clip;
    clip.rects.reserve(count);
    for (std::uint32_t i = 0; i < count; ++i)
        clip.rects.push_back(read_rect(r));
    return clip;
}

std::vector<WaitFor> read_wait_list(Reader& r) {
    std::vector<WaitFor> list;
    const std::uint8_t count = r.u8();
    if (count > r.left() / wait_size) r.fail(ErrorCode::truncated, "channels to wait for missing");
    for (std::uint8_t i = 0; i < count && !r.failed(); ++i) {
        WaitFor entry;
        entry.channel.type = r.u8();
        entry.channel.id = r.u8();
        entry.serial.value = r.u64();
        list.push_back(entry);
    }
    return list;
}

} // namespace sumac::wire
