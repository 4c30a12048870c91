#include "client/drawing_cost.h"

#include <spice/enums.h>

#include <algorithm>

namespace sumac::client {
namespace {

/// A message, whatever it draws.
constexpr Duration each{2};
/// More rects than this are not guessed at: they may lie on each other.
constexpr std::size_t max_clip_rects = 32;

/// Nanoseconds a pixel.
constexpr std::int64_t to_copy = 1;
/// More than bench_image_decoders needs for a noisy picture.
std::int64_t to_decode(std::uint8_t type) {
    switch (type) {
    case SPICE_IMAGE_TYPE_BITMAP:
        return to_copy;
    case SPICE_IMAGE_TYPE_LZ4:
        return 2;
    case SPICE_IMAGE_TYPE_LZ_PLT:
    case SPICE_IMAGE_TYPE_LZ_RGB:
    case SPICE_IMAGE_TYPE_GLZ_RGB:
        return 4;
    default:
        return 25;
    }
}

/// A JPEG file may be coded in any number of passes, and a stream of zlib of any size may hold an
/// image of any.
bool is_as_long_as_large(std::uint8_t type) {
    return type != SPICE_IMAGE_TYPE_JPEG && type != SPICE_IMAGE_TYPE_JPEG_ALPHA &&
           type != SPICE_IMAGE_TYPE_ZLIB_GLZ_RGB;
}

Duration for_pixels(std::int64_t width, std::int64_t height, std::int64_t each_pixel) {
    // Sides may be hostile.
    const auto side = [](std::int64_t length) {
        return std::clamp<std::int64_t>(length, 0, wire::max_image_side);
    };
    return Duration{side(width) * side(height) * each_pixel / 1000};
}

/// Pixels that are put there as they are.
std::optional<Duration> plain(const wire::DrawBase& base) {
    if (base.clip.rects.size() > max_clip_rects) return std::nullopt;
    return each + for_pixels(base.box.width(), base.box.height(), to_copy);
}

struct CostOf {
    template <class Message>
    std::optional<Duration> operator()(const Message&) const {
        return std::nullopt;
    }
    std::optional<Duration> operator()(const wire::CopyBits& copy) const {
        return plain(copy.base);
    }
    std::optional<Duration> operator()(const wire::DrawFill& fill) const {
        const bool solid = std::holds_alternative<wire::SolidBrush>(fill.brush);
        if (!solid || fill.rop != SPICE_ROPD_OP_PUT || fill.mask.image) return std::nullopt;
        return plain(fill.base);
    }
    std::optional<Duration> operator()(const wire::DrawCopy& copy) const {
        const Rect& box = copy.base.box;
        const bool scaled =
            box.width() != copy.src_area.width() || box.height() != copy.src_area.height();
        const auto drawing = plain(copy.base);
        if (scaled || copy.rop != SPICE_ROPD_OP_PUT || copy.mask.image || !drawing ||
            !is_as_long_as_large(copy.image.descriptor.type))
            return std::nullopt;
        return *drawing + decoding_cost(copy.image);
    }
};

} // namespace

Duration decoding_cost(const wire::Image& image) {
    if (std::holds_alternative<wire::CachedImage>(image.body) ||
        std::holds_alternative<wire::SurfaceImage>(image.body))
        return {};
    const wire::ImageDescriptor& is = image.descriptor;
    return for_pixels(is.width, is.height, to_decode(is.type));
}

std::optional<Duration> drawing_cost(const wire::DisplayMessage& message) {
    return std::visit(CostOf{}, message);
}

bool NetDrawing::may_take(Duration cost, LocalTime now) {
    if (last_) left_ = std::min<Duration>(left_ + (now - *last_) / share, 2 * longest);
    last_ = now;
    return cost <= longest && cost <= left_;
}

} // namespace sumac::client
