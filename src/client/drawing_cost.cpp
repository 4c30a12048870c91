#include "client/drawing_cost.h"

#include <spice/enums.h>

#include <algorithm>

namespace sumac::client {
namespace {

/// A message, whatever it draws.
constexpr Duration each{2};
/// More rects than this are not guessed at: they may lie on each other.
constexpr std::size_t max_clip_rects = 32;

/// Nanoseconds.
constexpr std::int64_t each_row = 10;
constexpr std::int64_t to_copy_a_pixel = 1;
/// What the slowest pictures of bench/image_decoders.cpp take, rounded up.
std::int64_t to_decode_a_pixel(std::uint8_t type) {
    switch (type) {
    case SPICE_IMAGE_TYPE_BITMAP:
        return to_copy_a_pixel;
    case SPICE_IMAGE_TYPE_LZ4:
        return 3;
    case SPICE_IMAGE_TYPE_LZ_PLT:
    case SPICE_IMAGE_TYPE_LZ_RGB:
    case SPICE_IMAGE_TYPE_GLZ_RGB:
        return 4;
    default:
        return 30;
    }
}

/// No encoder makes an image larger; what is in it beyond the pixels takes time as well.
constexpr std::size_t max_expansion = 2;

std::size_t encoded_bytes(const wire::Image& image) {
    return std::visit(
        [](const auto& body) -> std::size_t {
            if constexpr (requires { body.data; }) return body.data.size();
            return 0;
        },
        image.body);
}

/// That it takes as long as it is large. A JPEG file may be coded in any number of passes, and a
/// stream of zlib of any size may hold an image of any.
bool can_be_guessed(const wire::Image& image) {
    const wire::ImageDescriptor& is = image.descriptor;
    constexpr std::size_t header_bytes = 256;
    const std::size_t pixel_bytes = std::size_t{is.width} * is.height * 4;
    return is.type != SPICE_IMAGE_TYPE_JPEG && is.type != SPICE_IMAGE_TYPE_JPEG_ALPHA &&
           is.type != SPICE_IMAGE_TYPE_ZLIB_GLZ_RGB &&
           encoded_bytes(image) <= max_expansion * pixel_bytes + header_bytes;
}

Duration for_pixels(std::int64_t width, std::int64_t height, std::int64_t each_pixel) {
    // Sides may be hostile.
    const auto side = [](std::int64_t length) {
        return std::clamp<std::int64_t>(length, 0, wire::max_image_side);
    };
    return Duration{side(height) * (side(width) * each_pixel + each_row) / 1000};
}

/// Pixels that are put there as they are.
std::optional<Duration> plain(const wire::DrawBase& base) {
    if (base.clip.rects.size() > max_clip_rects) return std::nullopt;
    return each + for_pixels(base.box.width(), base.box.height(), to_copy_a_pixel);
}

/// What draws a surface on itself takes a copy of all of it first.
bool is_of_itself(const wire::DrawCopy& copy) {
    const auto* image = std::get_if<wire::SurfaceImage>(&copy.image.body);
    return image != nullptr && image->surface == copy.base.surface;
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
            !can_be_guessed(copy.image) || is_of_itself(copy))
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
    return for_pixels(is.width, is.height, to_decode_a_pixel(is.type));
}

std::optional<Duration> drawing_cost(const wire::DisplayMessage& message) {
    return std::visit(CostOf{}, message);
}

} // namespace sumac::client
