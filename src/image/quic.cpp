#include "image/quic.h"

#include "image/quic_model.h"

#include <utility>
#include <vector>

#ifdef __x86_64__
#include <cpuid.h>
#endif

namespace sumac::image {

namespace {

using quic::BitReader;

constexpr std::uint32_t magic = 0x43495551; // "QUIC"
constexpr std::size_t header_bytes = 20;

enum class Type : std::uint32_t { gray = 1, rgb16, rgb24, rgb32, rgba };

/// How the components of a pixel stand in one word, each in a lane of its own, so that all of them
/// are predicted at once.
struct Colours888 {
    using Pixel = std::uint32_t;
    static constexpr std::uint32_t bits = 8;
    static constexpr std::size_t components = 3;
    static constexpr std::uint32_t lanes = 0x00FFFFFF;
    static constexpr std::uint32_t lowest = 0x00010101;
    static constexpr std::uint32_t highest = 0x00808080;
    static constexpr bool keeps_old = false;
    static std::uint32_t load(Pixel pixel) { return pixel & lanes; }
    static Pixel store(std::uint32_t word, Pixel) { return word; }
};

struct Colours555 {
    using Pixel = std::uint16_t;
    static constexpr std::uint32_t bits = 5;
    static constexpr std::size_t components = 3;
    static constexpr std::uint32_t lanes = 0x7FFF;
    static constexpr std::uint32_t lowest = 0x0421;
    static constexpr std::uint32_t highest = 0x4210;
    static constexpr bool keeps_old = false;
    static std::uint32_t load(Pixel pixel) { return pixel; }
    static Pixel store(std::uint32_t word, Pixel) { return static_cast<Pixel>(word); }
};

struct Alpha8 {
    using Pixel = std::uint32_t; ///< whose colours are there already
    static constexpr std::uint32_t bits = 8;
    static constexpr std::size_t components = 1;
    static constexpr std::uint32_t lanes = 0xFF;
    static constexpr std::uint32_t lowest = 0x01;
    static constexpr std::uint32_t highest = 0x80;
    static constexpr bool keeps_old = true;
    static std::uint32_t load(Pixel pixel) { return pixel >> 24U; }
    static Pixel store(std::uint32_t word, Pixel old) { return (old & 0x00FFFFFFU) | word << 24U; }
};

template <class Lanes>
std::uint32_t mean(std::uint32_t a, std::uint32_t b) {
    return (a & b) + ((a ^ b) >> 1U & (Lanes::lanes & ~Lanes::highest));
}

/// Modulo the lane.
template <class Lanes>
std::uint32_t sum(std::uint32_t a, std::uint32_t b) {
    constexpr std::uint32_t low = Lanes::lanes & ~Lanes::highest;
    return ((a & low) + (b & low)) ^ ((a ^ b) & Lanes::highest);
}

/// 0, 1, 2, 3, ... stand for 0, -1, 1, -2, ...
template <class Lanes>
std::uint32_t unfold(std::uint32_t coded) {
    constexpr std::uint32_t low = Lanes::lanes & ~Lanes::highest;
    return (coded >> 1U & low) ^ ((coded & Lanes::lowest) * ((1U << Lanes::bits) - 1));
}

/// Decodes the rows of the colours, or of alpha.
template <class Lanes>
class Plane {
public:
    using Pixel = typename Lanes::Pixel;

    explicit Plane(std::size_t width) : width_(width), coded_(width + 1) {}

    bool decode_first_row(BitReader& bits, Pixel* row) {
        coded_[0] = 0;
        return decode_row<true>(bits, row, row);
    }
    /// False: the stream is damaged.
    bool decode_next_row(BitReader& bits, const Pixel* above, Pixel* row) {
        coded_[0] = coded_[1];
        return decode_row<false>(bits, above, row);
    }

private:
    template <bool first_row>
    bool decode_row(BitReader& bits, const Pixel* above, Pixel* row) {
        std::size_t at = 0;
        while (at < width_) {
            const std::size_t end = at + schedule_.begin_segment(width_ - at);
            if (!decode_segment<first_row>(bits, above, row, at, end)) return false;
            schedule_.end_segment();
            at = end;
        }
        return !bits.overrun();
    }

    template <bool first_row>
    bool decode_segment(
        BitReader& bits, const Pixel* above, Pixel* row, std::size_t at, const std::size_t end) {
        if (at == 0) {
            decode_first_pixel<first_row>(bits, above, row);
            at = 1;
        }
        std::size_t lesson = at + wait_;
        std::size_t run_tried_at = 0;
        for (;;) {
            const std::size_t stop = std::min(lesson + 1, end);
            at = decode_pixels<first_row>(bits, above, row, at, stop, run_tried_at);
            if (at < stop) {
                wait_ = lesson - at;
                run_tried_at = at;
                const std::size_t length = runs_.take(bits, end - at);
                if (length > end - at) return false;
                repeat_left(row + at, length);
                at += length;
                if (at == end) return true;
                lesson = at + wait_;
            } else if (lesson < end) {
                learn(lesson);
                lesson = at + schedule_.next_wait();
            } else {
                wait_ = lesson - end;
                return true;
            }
        }
    }

    template <bool first_row>
    void decode_first_pixel(BitReader& bits, const Pixel* above, Pixel* row) {
        const std::uint32_t residual = unfold<Lanes>(take_coded(bits, 0, coded_[0]));
        const std::uint32_t predicted = first_row ? 0 : Lanes::load(above[0]);
        row[0] = Lanes::store(sum<Lanes>(residual, predicted), row[0]);
        if (wait_ > 0) {
            --wait_;
            return;
        }
        wait_ = schedule_.next_wait();
        learn(0);
    }

    /// Up to `stop`, or to where the length of a run comes first. Returns where.
    template <bool first_row>
    std::size_t decode_pixels(BitReader& shared_bits,
                              const Pixel* above,
                              Pixel* row,
                              std::size_t at,
                              const std::size_t stop,
                              const std::size_t run_tried_at) {
        if (at >= stop) return at;
        BitReader bits = shared_bits; // in registers
        std::uint32_t coded = coded_[at];
        std::uint32_t left = Lanes::load(row[at - 1]);
        std::uint32_t before_left = at >= 2 ? Lanes::load(row[at - 2]) : ~left;
        std::uint32_t above_left = Lanes::load(above[at - 1]);
        for (; at < stop; ++at) {
            std::uint32_t predicted = left;
            if constexpr (!first_row) {
                const std::uint32_t up = Lanes::load(above[at]);
                if (left == before_left && up == above_left && at != run_tried_at && at > 2) break;
                predicted = mean<Lanes>(left, up);
                above_left = up;
                before_left = left;
            }
            coded = take_coded(bits, at, coded);
            left = sum<Lanes>(unfold<Lanes>(coded), predicted);
            row[at] = Lanes::store(left, row[at]);
        }
        shared_bits = bits;
        return at;
    }

    using Components = std::make_index_sequence<Lanes::components>;

    /// The first one is the highest lane.
    template <std::size_t component>
    static constexpr std::uint32_t
        shift_of = static_cast<std::uint32_t>((Lanes::components - 1 - component) * Lanes::bits);
    static constexpr std::uint32_t lane = (1U << Lanes::bits) - 1;

    /// All components of a pixel, each by what was coded for it to the left.
    std::uint32_t take_coded(BitReader& bits, std::size_t at, std::uint32_t context) {
        bits.refill();
        const std::uint32_t coded = take_components(bits, context, Components{});
        coded_[at + 1] = coded;
        return coded;
    }
    template <std::size_t... component>
    std::uint32_t
    take_components(BitReader& bits, std::uint32_t context, std::index_sequence<component...>) {
        std::uint32_t coded = 0;
        ((coded |= bits.take_code<Lanes::bits>(
                       models_[component].code_after(context >> shift_of<component> & lane))
                   << shift_of<component>),
         ...);
        return coded;
    }

    void learn(std::size_t at) { learn_components(coded_[at], coded_[at + 1], Components{}); }
    template <std::size_t... component>
    void learn_components(std::uint32_t context,
                          std::uint32_t coded,
                          std::index_sequence<component...>) {
        const std::uint32_t trigger = schedule_.trigger();
        (models_[component].learn(
             context >> shift_of<component> & lane, coded >> shift_of<component> & lane, trigger),
         ...);
    }

    static void repeat_left(Pixel* to, std::size_t count) {
        const std::uint32_t left = Lanes::load(to[-1]);
        std::size_t done = 0;
        if constexpr (!Lanes::keeps_old) {
            std::array<Pixel, 16 / sizeof(Pixel)> chunk;
            chunk.fill(Lanes::store(left, 0));
            for (; count - done >= chunk.size(); done += chunk.size())
                std::memcpy(to + done, chunk.data(), sizeof chunk);
        }
        for (; done < count; ++done)
            to[done] = Lanes::store(left, to[done]);
    }

    std::size_t width_;
    /// The coded numbers of each column, from its last row in which it was not in a run. [0] is
    /// what the first column takes for its left neighbour.
    std::vector<std::uint32_t> coded_;
    std::array<quic::Model<Lanes::bits>, Lanes::components> models_;
    quic::Schedule schedule_;
    quic::RunLengths runs_;
    std::size_t wait_ = 0;
};

template <class Pixel>
Pixel* row_of(Pixels& pixels, std::size_t y) {
    return static_cast<Pixel*>(static_cast<void*>(pixels.row(static_cast<std::int32_t>(y))));
}

/// Each row first by the first plane, then by the second.
template <class... Lanes>
bool decode_rows(BitReader& bits, Pixels& pixels, Plane<Lanes>... planes) {
    if (!(planes.decode_first_row(bits, row_of<typename Lanes::Pixel>(pixels, 0)) && ...))
        return false;
    const auto height = static_cast<std::size_t>(pixels.size().height);
    for (std::size_t y = 1; y < height; ++y) {
        if (!(planes.decode_next_row(bits,
                                     row_of<typename Lanes::Pixel>(pixels, y - 1),
                                     row_of<typename Lanes::Pixel>(pixels, y)) &&
              ...))
            return false;
    }
    return true;
}

bool decode_planes(Type type, BitReader& bits, Pixels& pixels) {
    const auto width = static_cast<std::size_t>(pixels.size().width);
    if (type == Type::rgb16) return decode_rows(bits, pixels, Plane<Colours555>{width});
    if (type == Type::rgb32) return decode_rows(bits, pixels, Plane<Colours888>{width});
    return decode_rows(bits, pixels, Plane<Colours888>{width}, Plane<Alpha8>{width});
}

#ifdef __x86_64__
/// The same code with the instructions of processors since 2013 (Haswell, Zen): what decides how
/// long a pixel takes is a chain of counting zeros and of shifts, each a cycle or two shorter with
/// them.
[[gnu::target("bmi2,lzcnt"), gnu::flatten]] bool
decode_planes_bmi2(Type type, BitReader& bits, Pixels& pixels) {
    return decode_planes(type, bits, pixels);
}

bool find_bmi2() {
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    return __builtin_cpu_supports("bmi2") != 0 && __get_cpuid(0x80000001U, &a, &b, &c, &d) != 0 &&
           (c & bit_LZCNT) != 0;
}

/// Asking takes microseconds in a virtual machine.
bool has_bmi2() {
    static const bool has = find_bmi2();
    return has;
}
#endif

bool decode_planes(Type type, BitReader& bits, Pixels& pixels, QuicCode code) {
#ifdef __x86_64__
    if (code == QuicCode::fastest && has_bmi2()) return decode_planes_bmi2(type, bits, pixels);
#endif
    static_cast<void>(code);
    return decode_planes(type, bits, pixels);
}

struct Header {
    Type type{};
    PixelFormat format{};
};

Result<Header> read_header(Bytes data, Size size) {
    Reader r{data};
    const std::uint32_t found_magic = r.u32();
    const std::uint32_t version = r.u32();
    const std::uint32_t type = r.u32();
    const std::uint32_t width = r.u32();
    const std::uint32_t height = r.u32();
    if (r.failed()) return r.error();
    if (found_magic != magic) return Error{ErrorCode::invalid, "quic: wrong magic"};
    if (version != 0) return Error{ErrorCode::invalid, "quic: wrong version", 4};
    if (std::int64_t{width} != size.width || std::int64_t{height} != size.height)
        return Error{ErrorCode::invalid, "quic: size differs from its descriptor", 12};
    switch (static_cast<Type>(type)) {
    case Type::rgb16:
        return Header{Type::rgb16, PixelFormat::rgb555};
    case Type::rgb24:
    case Type::rgb32:
        return Header{Type::rgb32, PixelFormat::bgrx32};
    case Type::rgba:
        return Header{Type::rgba, PixelFormat::bgra32};
    case Type::gray: // no server sends it
        break;
    }
    return Error{ErrorCode::invalid, "quic: unknown type", 8};
}

/// Every pixel of the first row takes at least a bit for each component, and so do the first three
/// pixels of each other row.
bool too_short_for(Size size, std::size_t stream_bytes) {
    const auto width = static_cast<std::size_t>(size.width);
    const auto height = static_cast<std::size_t>(size.height);
    return (3 * width + 3 * std::min<std::size_t>(width, 3) * (height - 1)) / 8 > stream_bytes;
}

/// What a row can read behind the end of the stream before it is noticed: three codes a pixel, and
/// what the reader takes ahead.
std::size_t slack_bytes(std::size_t width) {
    return width * (3 * quic::max_code_bits / 8 + 1) + 64;
}

} // namespace

Result<Pixels> decode_quic(Bytes data, Size size, QuicCode code) {
    const Result<Header> header = read_header(data, size);
    if (!header) return header.error();
    const Bytes words = data.subspan(header_bytes);
    Result<Pixels> pixels = Pixels::allocate(header->format, size);
    if (!pixels) return pixels;
    if (too_short_for(size, words.size()))
        return Error{ErrorCode::truncated, "quic: data too short for the picture"};

    const auto width = static_cast<std::size_t>(size.width);
    const auto stream = quic::in_reading_order(words, slack_bytes(width));
    BitReader bits{stream.get(), words.size()};
    const bool decoded = decode_planes(header->type, bits, *pixels, code);
    if (decoded) return pixels;
    if (bits.overrun()) return Error{ErrorCode::truncated, "quic: data is missing", data.size()};
    return Error{ErrorCode::invalid, "quic: damaged"};
}

} // namespace sumac::image
