// Messages {u16 type, u16 size, body} of one display channel, drawn in order on surfaces of three
// depths. What a damage claims must lie inside its surface.
#include "canvas/canvas.h"

#include <cstdint>
#include <cstdlib>

namespace {

/// Larger surfaces find nothing that small ones do not, and make the search slow.
constexpr std::uint64_t max_fuzzed_pixels = 1 << 16;

bool too_large(const sumac::wire::DisplayMessage& message) {
    if (const auto* create = std::get_if<sumac::wire::SurfaceCreate>(&message))
        return std::uint64_t{create->width} * create->height > max_fuzzed_pixels;
    if (const auto* mode = std::get_if<sumac::wire::DisplayMode>(&message))
        return std::uint64_t{mode->width} * mode->height > max_fuzzed_pixels;
    return false;
}

void check_inside(const sumac::canvas::Canvas& canvas, const sumac::canvas::Damage& damage) {
    if (damage.rects.empty()) return;
    const auto size = canvas.surface_size(damage.surface);
    if (!size) std::abort();
    for (const sumac::Rect& rect : damage.rects)
        if (rect.empty() || !sumac::Rect{0, 0, size->width, size->height}.contains(rect))
            std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    sumac::image::ImageCache images{1 << 22};
    sumac::canvas::Canvas canvas{images};
    constexpr std::uint32_t formats[] = {32, 16, 1, 8, 96, 80}; // SPICE_SURFACE_FMT_*
    for (std::uint32_t id = 0; id < std::size(formats); ++id) {
        const sumac::wire::SurfaceCreate create{sumac::SurfaceId{id}, 48, 32, formats[id], 0};
        if (!canvas.draw(create)) std::abort();
    }
    sumac::Reader r{std::as_bytes(std::span{data, size})};
    while (r.left() > 0) {
        const std::uint16_t type = r.u16();
        const auto message = sumac::wire::parse_display_message(type, r.bytes(r.u16()));
        if (!message || too_large(*message)) continue;
        const auto drawn = canvas.draw(*message);
        if (drawn && std::holds_alternative<sumac::canvas::Damage>(*drawn))
            check_inside(canvas, std::get<sumac::canvas::Damage>(*drawn));
        canvas.primary();
    }
    return 0;
}
