/// Copies what changed out of a picture that is valid during a call only.
#pragma once

#include <sumac/sinks.h>

#include <cstddef>
#include <span>
#include <vector>

namespace sumac::tool {

/// Of PictureView and of everything here that says nothing else.
constexpr std::ptrdiff_t bytes_per_pixel = 4;

enum class PixelLayout {
    bgrx, ///< as PictureView
    rgb,  ///< three bytes a pixel, without the undefined one
};

/// Pixels of our own, top row first.
struct PixelsView {
    std::byte* data = nullptr;
    std::ptrdiff_t stride_bytes = 0;
    PixelLayout layout = PixelLayout::bgrx;
};

/// `damage` cut to the picture, without empty rectangles. Where the rectangles together are no
/// smaller than the picture, the whole picture once.
std::vector<Rect> compact_damage(std::span<const Rect> damage, Size size);

/// `area` must lie inside both.
void copy_area(const PictureView& from, const Rect& area, const PixelsView& to);

/// The changed areas of one picture, row after row without gaps, one area after the other.
struct Patch {
    std::vector<Rect> areas;
    std::vector<std::byte> pixels;
};

/// Overwrites `patch`, whose memory is reused.
void copy_damage(const PictureView& from, std::span<const Rect> damage, Patch& patch);

/// Puts the areas where they came from.
void apply_patch(const Patch& patch, const PixelsView& to);

/// The picture that one display shows now, kept by copying what changes.
class Picture {
public:
    /// Black, of this size.
    explicit Picture(Size size);

    Size size() const { return size_; }
    /// The update must be of the same size.
    void apply(const DisplayUpdate& update);
    /// Valid until the next call of apply.
    PictureView view() const;

private:
    Size size_;
    std::vector<std::byte> pixels_;
};

} // namespace sumac::tool
