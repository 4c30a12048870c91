#include "canvas/operands.h"

#include <cstring>

namespace sumac::canvas {

namespace {

/// A surface as it is now, for drawing on the same surface.
Result<Operand> snapshot(const image::PixelView& surface) {
    Result<image::Pixels> copy = image::Pixels::allocate(surface.format, surface.size);
    if (!copy) return copy.error();
    std::memcpy(copy->row(0), surface.data, copy->size_bytes());
    auto shared = std::make_shared<const image::Pixels>(*std::move(copy));
    return Operand{shared->view(), shared, true};
}

} // namespace

Canvas::Operands::Operands(Canvas& canvas, SurfaceId destination)
    : canvas_(canvas), destination_(destination) {
    const Surface* surface = canvas.find(destination);
    if (surface != nullptr && bytes_per_pixel(surface->format()) == 2)
        entries_ = image::PaletteEntries::rgb555;
}

std::optional<Operand> Canvas::Operands::brush(const wire::Brush& brush) {
    const auto* pattern = std::get_if<wire::PatternBrush>(&brush);
    if (pattern == nullptr) return std::nullopt;
    return fetch(pattern->image, image::ImageUse::colours);
}

std::optional<Operand> Canvas::Operands::mask(const wire::Mask& mask) {
    if (!mask.image) return std::nullopt;
    return fetch(*mask.image, image::ImageUse::mask);
}

std::optional<Result<Drawn>> Canvas::Operands::obstacle() const {
    if (error_) return Result<Drawn>{*error_};
    if (undecoded_) return Result<Drawn>{NotDrawn{undecoded_->because}};
    if (wait_) return Result<Drawn>{*wait_};
    return std::nullopt;
}

std::optional<Operand> Canvas::Operands::fetch(const wire::Image& source,
                                               image::ImageUse use,
                                               const image::DecodedAhead* ahead) {
    if (const auto* surface = std::get_if<wire::SurfaceImage>(&source.body))
        return fetch_surface(surface->surface, use);

    const Result<image::DecodedImage> decoded =
        image::decode_image(source, {*canvas_.images_, canvas_.palettes_, entries_, use, ahead});
    if (!decoded) return fail(decoded.error());
    if (const auto* undecoded = std::get_if<image::Undecoded>(&*decoded)) {
        if (!undecoded_) undecoded_ = *undecoded;
        return std::nullopt;
    }
    if (const auto* wait = std::get_if<image::WaitForImage>(&*decoded)) {
        if (!wait_) wait_ = *wait;
        return std::nullopt;
    }
    const auto& pixels = *std::get_if<image::PixelsPtr>(&*decoded);
    const bool is_mask = pixels->format() == image::PixelFormat::mask1;
    if (is_mask != (use == image::ImageUse::mask))
        return fail({ErrorCode::invalid, "cached image used as a mask, or mask as an image"});
    return Operand{pixels->view(), pixels, false};
}

std::optional<Operand> Canvas::Operands::fetch_surface(SurfaceId id, image::ImageUse use) {
    const Surface* surface = canvas_.find(id);
    if (surface == nullptr) return fail({ErrorCode::invalid, "image of a surface that is not"});
    if (use == image::ImageUse::mask && surface->format() != SurfaceFormat::a1)
        return fail({ErrorCode::invalid, "mask of a surface that is not 1_A"});
    if (id != destination_) return Operand{surface->view(), nullptr, true};
    Result<Operand> copy = snapshot(surface->view());
    if (!copy) return fail(copy.error());
    return *std::move(copy);
}

std::optional<Operand> Canvas::Operands::fail(const Error& error) {
    // A limit must not hide behind a lesser error of the same message.
    if (!error_ || error.code == ErrorCode::limit) error_ = error;
    return std::nullopt;
}

} // namespace sumac::canvas
