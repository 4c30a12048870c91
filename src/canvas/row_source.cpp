#include "canvas/row_source.h"

#include "canvas/convert.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

namespace sumac::canvas {

namespace {

using image::PixelView;

constexpr std::size_t index(std::int32_t value) {
    return static_cast<std::size_t>(value);
}

bool has_alpha(image::PixelFormat format) {
    return format == image::PixelFormat::bgra32 || format == image::PixelFormat::alpha8;
}

std::size_t width_of(const Rect& extents) {
    return static_cast<std::size_t>(std::max<std::int64_t>(extents.width(), 0));
}

class SolidRows : public RowSource {
public:
    SolidRows(SurfaceFormat format, std::uint32_t color, const Rect& extents) {
        const std::size_t size = bytes_per_pixel(format);
        if (format == SurfaceFormat::a1) color = (color & 1) != 0 ? 0xFF : 0;
        row_.resize(width_of(extents) * size);
        for (std::size_t i = 0; i < row_.size(); i += size)
            std::memcpy(&row_[i], &color, size);
    }
    const std::byte* row(std::int32_t, std::int32_t, std::int32_t) override { return row_.data(); }

private:
    std::vector<std::byte> row_;
};

std::int32_t wrap(std::int64_t value, std::int32_t size) {
    const std::int64_t rest = value % size;
    return static_cast<std::int32_t>(rest < 0 ? rest + size : rest);
}

class TileRows : public RowSource {
public:
    TileRows(SurfaceFormat format, const PixelView& tile, Point pos, const Rect& extents)
        : format_(format),
          tile_(tile),
          pos_(pos),
          row_(width_of(extents) * bytes_per_pixel(format)) {}

    const std::byte* row(std::int32_t x, std::int32_t y, std::int32_t count) override {
        const std::byte* from = tile_.row(wrap(std::int64_t{y} - pos_.y, tile_.size.height));
        std::int32_t column = wrap(std::int64_t{x} - pos_.x, tile_.size.width);
        for (std::int32_t done = 0; done < count;) {
            const std::int32_t length = std::min(tile_.size.width - column, count - done);
            convert_row(format_,
                        row_.data() + index(done) * bytes_per_pixel(format_),
                        tile_.format,
                        from + image::row_bytes(tile_.format, column),
                        index(length));
            done += length;
            column = 0;
        }
        return row_.data();
    }

private:
    SurfaceFormat format_;
    PixelView tile_;
    Point pos_;
    std::vector<std::byte> row_;
};

/// An unscaled image whose pixel (0, 0) lies at `origin` of the destination.
class ImageRows : public RowSource {
public:
    ImageRows(SurfaceFormat format,
              const PixelView& image,
              std::int64_t origin_x,
              std::int64_t origin_y,
              const Rect& extents)
        : format_(format), image_(image), origin_x_(origin_x), origin_y_(origin_y) {
        if (!same_layout(format, image.format))
            row_.resize(width_of(extents) * bytes_per_pixel(format));
    }

    const std::byte* row(std::int32_t x, std::int32_t y, std::int32_t count) override {
        const std::byte* from =
            image_.row(static_cast<std::int32_t>(y - origin_y_)) +
            image::row_bytes(image_.format, static_cast<std::int32_t>(x - origin_x_));
        if (row_.empty()) return from;
        convert_row(format_, row_.data(), image_.format, from, index(count));
        return row_.data();
    }

private:
    SurfaceFormat format_;
    PixelView image_;
    std::int64_t origin_x_;
    std::int64_t origin_y_;
    std::vector<std::byte> row_;
};

class NearestRows : public RowSource {
public:
    NearestRows(SurfaceFormat format,
                const PixelView& image,
                const Axes& axes,
                const Rect& extents,
                bool fill_alpha)
        : format_(format),
          image_(image),
          fill_alpha_(fill_alpha && format == SurfaceFormat::argb32 && !has_alpha(image.format)),
          y_axis_(axes.y),
          extents_(extents),
          pixel_bytes_(image::row_bytes(image.format, 1)) {
        columns_.reserve(width_of(extents));
        for (std::int32_t x = extents.left; x < extents.right; ++x)
            columns_.push_back(axes.x.source(x));
        gathered_.resize(width_of(extents) * pixel_bytes_);
        row_.resize(width_of(extents) * bytes_per_pixel(format));
    }

    const std::byte* row(std::int32_t x, std::int32_t y, std::int32_t) override {
        const std::optional<std::int32_t> source_y = y_axis_.source(y);
        if (!made_ || *made_ != source_y) make(source_y);
        made_ = source_y;
        return row_.data() + index(x - extents_.left) * bytes_per_pixel(format_);
    }

private:
    void make(std::optional<std::int32_t> source_y) {
        if (!source_y) {
            std::ranges::fill(row_, std::byte{0});
            return;
        }
        if (pixel_bytes_ == 4) gather<4>(image_.row(*source_y));
        if (pixel_bytes_ == 2) gather<2>(image_.row(*source_y));
        if (pixel_bytes_ == 1) gather<1>(image_.row(*source_y));
        convert_row(format_, row_.data(), image_.format, gathered_.data(), columns_.size());
        const std::size_t size = bytes_per_pixel(format_);
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (!columns_[i]) std::memset(&row_[i * size], 0, size);
            if (columns_[i] && fill_alpha_) row_[i * size + 3] = std::byte{0xFF};
            // As pixman scales 555: its uppermost bit is no colour.
            if (format_ == SurfaceFormat::x555) row_[i * size + 1] &= std::byte{0x7F};
        }
    }
    template <std::size_t size>
    void gather(const std::byte* from) {
        for (std::size_t i = 0; i < columns_.size(); ++i)
            if (columns_[i])
                std::memcpy(&gathered_[i * size], from + index(*columns_[i]) * size, size);
    }

    SurfaceFormat format_;
    PixelView image_;
    bool fill_alpha_;
    Axis y_axis_;
    Rect extents_;
    std::size_t pixel_bytes_;
    std::vector<std::optional<std::int32_t>> columns_;
    std::vector<std::byte> gathered_;                 ///< the row in the image's format
    std::vector<std::byte> row_;                      ///< the row in the destination's format
    std::optional<std::optional<std::int32_t>> made_; ///< which source row `row_` is
};

/// An image that was scaled into pixels of its own.
class OwnedRows : public RowSource {
public:
    OwnedRows(SurfaceFormat format, image::Pixels pixels, const Rect& extents)
        : pixels_(std::move(pixels)),
          rows_(format, pixels_.view(), extents.left, extents.top, extents) {}
    const std::byte* row(std::int32_t x, std::int32_t y, std::int32_t count) override {
        return rows_.row(x, y, count);
    }

private:
    image::Pixels pixels_;
    ImageRows rows_;
};

} // namespace

std::unique_ptr<RowSource>
solid_rows(SurfaceFormat format, std::uint32_t color, const Rect& extents) {
    return std::make_unique<SolidRows>(format, color, extents);
}

std::unique_ptr<RowSource>
tile_rows(SurfaceFormat format, const PixelView& tile, Point pos, const Rect& extents) {
    return std::make_unique<TileRows>(format, tile, pos, extents);
}

Result<std::unique_ptr<RowSource>> image_rows(SurfaceFormat format,
                                              const PixelView& image,
                                              const Placement& placement,
                                              Region& region) {
    using Rows = std::unique_ptr<RowSource>;
    const Rect& area = placement.src_area;
    const Rect& box = placement.box;
    if (area.width() == box.width() && area.height() == box.height()) {
        const std::int64_t origin_x = std::int64_t{box.left} - area.left;
        const std::int64_t origin_y = std::int64_t{box.top} - area.top;
        region.intersect_with(translated(image.bounds(), origin_x, origin_y));
        return Rows{
            std::make_unique<ImageRows>(format, image, origin_x, origin_y, region.extents())};
    }
    if (area.empty()) return Error{ErrorCode::invalid, "image area is empty"};
    for (const std::int64_t side : {area.width(), area.height(), box.width(), box.height()})
        if (side > max_scaled_side) return Error{ErrorCode::invalid, "scaling beyond 2^30 pixels"};

    const Rect extents = region.extents();
    if (extents.empty()) return Rows{std::make_unique<SolidRows>(format, 0, extents)};
    const Axes axes = scaling_axes(area, box, image.size, placement.placing);
    if (placement.filter == Filter::nearest || !suits_bilinear(format, axes, extents))
        return Rows{
            std::make_unique<NearestRows>(format, image, axes, extents, placement.fill_alpha)};
    // Without alpha in the image, or a wish for it, A is what pixman leaves in X.
    const bool bare = format == SurfaceFormat::argb32 && !placement.fill_alpha;
    Result<image::Pixels> scaled = scale_bilinear(
        bare && !has_alpha(image.format) ? SurfaceFormat::xrgb32 : format, image, axes, extents);
    if (!scaled) return scaled.error();
    return Rows{std::make_unique<OwnedRows>(format, *std::move(scaled), extents)};
}

Rect translated(const Rect& bounds, std::int64_t dx, std::int64_t dy) {
    const auto clamp = [](std::int64_t value) {
        return static_cast<std::int32_t>(
            std::clamp<std::int64_t>(value,
                                     std::numeric_limits<std::int32_t>::min(),
                                     std::numeric_limits<std::int32_t>::max()));
    };
    return {clamp(bounds.left + dx),
            clamp(bounds.top + dy),
            clamp(bounds.right + dx),
            clamp(bounds.bottom + dy)};
}

} // namespace sumac::canvas
