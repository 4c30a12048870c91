#include "image/glz.h"

#include "image/lz_header.h"
#include "image/lz_units.h"

namespace sumac::image {

namespace {

using lz::Type;

constexpr std::size_t header_bytes = 33;

/// Where a copy comes from.
struct Reference {
    std::uint64_t image_distance = 0; ///< 0: this image
    std::size_t pixel = 0;            ///< distance - 1 in this image, or place in another one
    std::size_t length = 0;
};

Reference read_reference(std::uint32_t control, lz::Input& in) {
    Reference reference;
    reference.length = in.length(control >> 5U);
    reference.pixel = control & 15U;
    reference.pixel += std::size_t{in.u8()} << 4U;
    const std::uint32_t k = in.u8();
    const bool far_pixel = (control & 16U) != 0;
    std::uint32_t shift = 0;
    if (far_pixel) {
        reference.pixel += std::size_t{k & 31U} << 12U;
    } else {
        reference.image_distance = k & 63U;
        shift = 6;
    }
    for (std::uint32_t more = k >> 6U; more > 0; --more) {
        reference.image_distance += std::uint64_t{in.u8()} << shift;
        shift += 8;
    }
    if (far_pixel && (k & 32U) != 0) reference.pixel += std::size_t{in.u8()} << 17U;
    return reference;
}

/// The images that references of one image go to. Most go to the same one as the reference before.
class Sources {
public:
    Sources(const GlzWindow& window, GlzImageId own) : window_(window), own_(own) {}

    /// Null if it is not in the window; then `missing` has it.
    const Pixels* find(std::uint64_t distance) {
        if (distance == last_distance_) return last_;
        if (distance > own_.value) return nullptr;
        missing_ = GlzImageId{own_.value - distance};
        const GlzImage* image = window_.find(missing_);
        if (image == nullptr) return nullptr;
        last_ = image->encoded.get();
        last_distance_ = distance;
        return last_;
    }
    /// After `find` has given null: whether it may still arrive.
    bool may_arrive(std::uint64_t distance) const {
        return distance <= own_.value && !window_.arrived(missing_);
    }
    GlzImageId missing() const { return missing_; }

private:
    const GlzWindow& window_;
    GlzImageId own_;
    GlzImageId missing_;
    std::uint64_t last_distance_ = 0; ///< 0: none yet
    const Pixels* last_ = nullptr;
};

std::size_t pixel_count(const Pixels& pixels) {
    return static_cast<std::size_t>(pixels.size().width) *
           static_cast<std::size_t>(pixels.size().height);
}

enum class Step { ok, damaged, wait };

template <class Kind>
Step follow(const Reference& reference, Sources& sources, lz::Output<Kind>& out) {
    const std::size_t length = reference.length + Kind::length_bias;
    if (reference.image_distance == 0)
        return out.repeat(reference.pixel + 1, length) ? Step::ok : Step::damaged;
    const Pixels* source = sources.find(reference.image_distance);
    if (source == nullptr)
        return sources.may_arrive(reference.image_distance) ? Step::wait : Step::damaged;
    const auto* units = units_of<typename Kind::Unit>(*source);
    return out.copy(units, pixel_count(*source), reference.pixel, length) ? Step::ok
                                                                          : Step::damaged;
}

using Outcome = Result<std::variant<Done, GlzImageId>>;

template <class Kind>
Outcome decode_body(lz::Input& in, Sources& sources, Pixels& pixels) {
    lz::Output<Kind> out{units_of<typename Kind::Unit>(pixels), pixel_count(pixels)};
    while (!out.complete()) {
        const std::uint32_t control = in.u8();
        Step step = Step::ok;
        if (control < 32) {
            if (!out.literals(in, control + 1)) step = Step::damaged;
        } else {
            const Reference reference = read_reference(control, in);
            if (!in.failed()) step = follow(reference, sources, out);
        }
        if (in.failed()) return Error{ErrorCode::truncated, "glz: data is missing"};
        if (step == Step::damaged) return Error{ErrorCode::invalid, "glz: damaged"};
        if (step == Step::wait) return {sources.missing()};
    }
    return {Done{}};
}

Outcome decode_bodies(Type type, lz::Input& in, Sources& sources, Pixels& pixels) {
    if (type == Type::rgb16) return decode_body<lz::Rgb555Wide>(in, sources, pixels);
    Outcome colours = decode_body<lz::Rgb32>(in, sources, pixels);
    if (!colours || type != Type::rgba || std::holds_alternative<GlzImageId>(*colours))
        return colours;
    return decode_body<lz::Alpha32>(in, sources, pixels);
}

bool has_colours(std::uint8_t type) {
    return type >= static_cast<std::uint8_t>(Type::rgb16) &&
           type <= static_cast<std::uint8_t>(Type::rgba);
}

Result<Pixels> allocate_for(const GlzHeader& header, Size size, std::size_t body_bytes) {
    if (std::int64_t{header.width} != size.width || std::int64_t{header.height} != size.height)
        return Error{ErrorCode::invalid, "glz: size differs from its descriptor", 9};
    if (std::uint64_t{header.width} * header.height / lz::max_expansion > body_bytes)
        return Error{ErrorCode::truncated, "glz: data too short for the picture"};
    const bool alpha = static_cast<Type>(header.type) == Type::rgba;
    return Pixels::allocate(alpha ? PixelFormat::bgra32 : PixelFormat::bgrx32, size);
}

/// The top row first.
Result<PixelsPtr> picture_of(const GlzImage& image) {
    if (image.top_down) return image.encoded;
    Result<Pixels> turned = Pixels::allocate(image.encoded->format(), image.encoded->size());
    if (!turned) return turned.error();
    const std::int32_t height = turned->size().height;
    for (std::int32_t y = 0; y < height; ++y)
        std::memcpy(turned->row(y), image.encoded->row(height - 1 - y), turned->stride_bytes());
    return PixelsPtr{std::make_shared<const Pixels>(*std::move(turned))};
}

Result<GlzPicture> settle(const GlzImage& image, Size size) {
    if (image.encoded->size() != size)
        return Error{ErrorCode::invalid, "glz: size differs from its descriptor", 9};
    const Result<PixelsPtr> picture = picture_of(image);
    if (!picture) return picture.error();
    return GlzPicture{*picture};
}

/// So that nobody waits for it. The first error stays, unless the window is full.
Error note_damaged(const GlzHeader& header, const Error& error, GlzWindow& window) {
    const Result<Done> noted =
        window.insert({.id = header.id, .reach = header.reach, .top_down = true, .encoded = {}});
    return noted ? error : noted.error();
}

} // namespace

Result<GlzHeader> parse_glz_header(Bytes data) {
    Reader r{data};
    const std::uint32_t magic = lz::read_u32(r);
    const std::uint32_t version = lz::read_u32(r);
    const std::uint8_t type = r.u8();
    GlzHeader header;
    header.type = type & 15U;
    header.top_down = (type & 16U) != 0;
    header.width = lz::read_u32(r);
    header.height = lz::read_u32(r);
    lz::read_u32(r); // stride: rows have no padding
    header.id = GlzImageId{lz::read_u64(r)};
    header.reach = lz::read_u32(r);
    if (r.failed()) return r.error();
    if (magic != lz::magic) return Error{ErrorCode::invalid, "glz: wrong magic"};
    if (version != lz::version) return Error{ErrorCode::invalid, "glz: wrong version", 4};
    if (!has_colours(header.type)) return Error{ErrorCode::invalid, "glz: type without colours", 8};
    return header;
}

Result<GlzDecoded> decode_glz(Bytes data, Size size, const GlzWindow& window) {
    const Result<GlzHeader> header = parse_glz_header(data);
    if (!header) return header.error();
    lz::Input in{data.subspan(header_bytes)};
    Result<Pixels> pixels = allocate_for(*header, size, in.left());
    if (!pixels) return pixels.error();
    Sources sources{window, header->id};
    const Outcome outcome = decode_bodies(static_cast<Type>(header->type), in, sources, *pixels);
    if (!outcome) return outcome.error();
    if (const auto* missing = std::get_if<GlzImageId>(&*outcome)) return GlzDecoded{*missing};
    return GlzDecoded{GlzImage{.id = header->id,
                               .reach = header->reach,
                               .top_down = header->top_down,
                               .encoded = std::make_shared<const Pixels>(*std::move(pixels))}};
}

Result<GlzPicture> decode_through_window(Bytes data, Size size, GlzWindow& window) {
    const Result<GlzHeader> header = parse_glz_header(data);
    if (!header) return header.error();
    if (const auto missing = window.missing_for(header->id)) return GlzPicture{*missing};
    if (const GlzImage* known = window.find(header->id)) return settle(*known, size);
    if (window.arrived(header->id))
        return Error{ErrorCode::invalid, "glz: an image that is needed no more came again", 21};

    Result<GlzDecoded> decoded = decode_glz(data, size, window);
    if (!decoded) return note_damaged(*header, decoded.error(), window);
    if (const auto* missing = std::get_if<GlzImageId>(&*decoded)) {
        window.note_waiting(header->id, *missing);
        return GlzPicture{*missing};
    }
    // A copy goes into the window: where this image fills a gap, it may be needed no more.
    const auto& image = std::get<GlzImage>(*decoded);
    const Result<Done> inserted = window.insert(image);
    if (!inserted) return inserted.error();
    return settle(image, size);
}

} // namespace sumac::image
