#include "video/baseline_scan.h"

#include "video/huffman_codes.h"
#include "video/inverse_dct.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

// jpeglib.h wants <cstdio> before it.
// clang-format off
#include <cstdio>
#include <jpeglib.h>
// clang-format on

namespace sumac::video {
namespace {

constexpr std::size_t coefficients = DctBlock::side * DctBlock::side;
/// Of brightness at most 2x2, and one of each colour.
constexpr std::size_t most_blocks_in_unit = 6;
/// Beyond its end the data is zeros for as long as a unit can take, 31 bits for each coefficient,
/// and for what is read ahead: 8 bytes, from up to 7 bytes behind what is taken.
constexpr std::size_t slack_bytes =
    most_blocks_in_unit * coefficients * 4 + 2 * sizeof(std::uint64_t);
/// More than any picture needs; it would be kept.
constexpr std::size_t most_bytes_for_pixel = 4;

/// Coefficients in the order of a scan lead from the first to the opposite corner, along the
/// diagonals (T.81, figure 5). What advances beyond the last finds nowhere.
struct ScanOrder {
    std::array<std::uint8_t, 256> places{};
    std::array<std::uint8_t, coefficients> in_rows{};

    constexpr ScanOrder() {
        places.fill(DctBlock::nowhere);
        std::size_t next = 0;
        for (std::size_t diagonal = 0; diagonal < 2 * DctBlock::side - 1; ++diagonal) {
            for (std::size_t i = 0; i <= diagonal; ++i) {
                const std::size_t row = diagonal % 2 == 0 ? diagonal - i : i;
                const std::size_t column = diagonal - row;
                if (row >= DctBlock::side || column >= DctBlock::side) continue;
                places.at(next) = static_cast<std::uint8_t>(DctBlock::place(row, column));
                in_rows.at(next++) = static_cast<std::uint8_t>(row * DctBlock::side + column);
            }
        }
    }
};
constexpr ScanOrder scan_order;

/// The bits of a scan, the first as the topmost. Reads ahead, and unchecked.
class BitReader {
public:
    explicit BitReader(const unsigned char* data) : at_(data) {}

    /// 56 are there then.
    void refill() {
        std::uint64_t next = 0;
        std::memcpy(&next, at_, sizeof next);
        bits_ |= __builtin_bswap64(next) >> count_;
        at_ += (63U - count_) >> 3U;
        count_ |= 56U;
    }
    [[nodiscard]] std::uint64_t bits() const { return bits_; }
    void skip(unsigned count) {
        bits_ <<= count;
        count_ -= count;
    }
    /// What was skipped last, since the last refill.
    void put_back(HuffmanCodes::Code code) {
        bits_ = bits_ >> code.length | code.bits << (64U - code.length);
        count_ += code.length;
    }
    /// Taken bits are part of these bytes.
    [[nodiscard]] const unsigned char* behind() const { return at_ - (count_ >> 3U); }

private:
    std::uint64_t bits_ = 0;
    unsigned count_ = 0;
    const unsigned char* at_;
};

/// None that makes pictures of eight bits has a coefficient like this, and the transform's sums of
/// two would not fit 16 bits.
constexpr std::uint32_t too_large = 8192;

/// Gathered over a unit: to ask at each step would cost more.
struct Damage {
    void check(std::uint32_t coefficient) { beyond |= coefficient + too_large; }
    [[nodiscard]] bool any() const { return beyond >= 2 * too_large || astray != 0; }

    std::uint32_t beyond = 0; ///< has higher bits than a number around the middle
    std::uint32_t astray = 0;
};

struct Component {
    HuffmanCodes dc;
    HuffmanCodes ac;
    /// What 1 stands for, in the order of a scan.
    std::array<std::uint32_t, scan_order.places.size()> quantum{};
    std::int32_t last_dc = 0;
    std::size_t columns = 1; ///< of blocks in a unit
    std::size_t rows = 1;
};

inline HuffmanStep next_step(const HuffmanCodes& codes, BitReader& reader) {
    HuffmanStep step = codes.find(reader.bits());
    if (!step.in_table()) [[unlikely]] {
        reader.refill();
        step = codes.search(reader.bits());
    }
    reader.skip(step.length());
    return step;
}

inline void read_block(Component& component, BitReader& reader, DctBlock& block, Damage& damage) {
    reader.refill();
    const HuffmanStep first = next_step(component.dc, reader);
    damage.astray |= first.advance();
    component.last_dc += first.value();
    const auto last_dc = static_cast<std::uint32_t>(component.last_dc);
    const std::uint32_t dc = last_dc * component.quantum[0];
    damage.check(last_dc); // lest it overflows in time, or its product comes round
    damage.check(dc);
    block.at[DctBlock::place(0, 0)] = static_cast<std::int16_t>(dc);

    unsigned at = 0;
    for (;;) { // of each refill, bits are left for one more step that is in the table
        const HuffmanStep step = next_step(component.ac, reader);
        at += step.advance();
        const std::uint32_t value =
            static_cast<std::uint32_t>(step.value()) * component.quantum[at];
        damage.check(value);
        block.at[scan_order.places[at]] = static_cast<std::int16_t>(value);
        at += step.end();
        if (at >= coefficients - 1) break;
        reader.refill();
    }
    damage.astray |= at & HuffmanStep::no_code; // has that bit, too, if it ran beyond the last
    block.only_dc = at == HuffmanStep::block_ends;
    // No end follows the last coefficient: what looked like one is the next block's.
    if (at == coefficients - 1 + HuffmanStep::block_ends) [[unlikely]]
        reader.put_back(component.ac.end_of_block());
}

/// 1 if it is lossless.
int block_side(const jpeg_decompress_struct& info) {
#if JPEG_LIB_VERSION >= 70
    return info.min_DCT_v_scaled_size;
#else
    return info.min_DCT_scaled_size;
#endif
}

template <class Table>
const Table* table_of(Table* const* tables, int number) {
    return number >= 0 && number < NUM_HUFF_TBLS ? tables[number] : nullptr;
}
static_assert(NUM_HUFF_TBLS == NUM_QUANT_TBLS);

bool build(HuffmanCodes& codes, const JHUFF_TBL* table, Coefficient of) {
    return table != nullptr && codes.build(table->bits, table->huffval, of);
}

bool prepare(Component& component,
             const jpeg_decompress_struct& info,
             const jpeg_component_info& as) {
    const JQUANT_TBL* const quanta = table_of(info.quant_tbl_ptrs, as.quant_tbl_no);
    if (quanta == nullptr) return false;
    for (std::size_t i = 0; i < coefficients; ++i)
        component.quantum[i] = quanta->quantval[scan_order.in_rows[i]];
    component.last_dc = 0;
    component.columns = static_cast<std::size_t>(as.h_samp_factor);
    component.rows = static_cast<std::size_t>(as.v_samp_factor);
    return build(component.dc, table_of(info.dc_huff_tbl_ptrs, as.dc_tbl_no), Coefficient::dc) &&
           build(component.ac, table_of(info.ac_huff_tbl_ptrs, as.ac_tbl_no), Coefficient::ac);
}

} // namespace

struct BaselineScan::State {
    bool take_data(std::span<const unsigned char> scan);

    std::array<Component, 3> components;
    std::array<DctBlock, most_blocks_in_unit> blocks;
    std::size_t units = 0;           ///< in a row
    std::vector<unsigned char> data; ///< room for more than is in it
    const unsigned char* end = nullptr;
    BitReader reader{nullptr};
};

/// Without the 0 that follows each 0xFF lest it be a marker (T.81, B.1.1.5). False: it does not go
/// on to the end of the image.
bool BaselineScan::State::take_data(std::span<const unsigned char> scan) {
    constexpr unsigned char marker = 0xFF;
    constexpr unsigned char end_of_image = 0xD9;
    if (data.size() < scan.size() + slack_bytes) data.resize(scan.size() + slack_bytes);
    auto to = data.begin();
    for (;;) {
        const void* const found = std::memchr(scan.data(), marker, scan.size());
        if (found == nullptr) return false;
        const auto before =
            static_cast<std::size_t>(static_cast<const unsigned char*>(found) - scan.data());
        if (scan.size() - before < 2) return false;
        to = std::copy_n(scan.begin(), before, to);
        const unsigned char what = scan[before + 1];
        if (what == end_of_image) break;
        if (what != 0) return false;
        *to++ = marker;
        scan = scan.subspan(before + 2);
    }
    std::fill_n(to, slack_bytes, static_cast<unsigned char>(0));
    end = &*to;
    reader = BitReader{data.data()};
    return true;
}

BaselineScan::BaselineScan() : state_(std::make_unique<State>()) {}
BaselineScan::~BaselineScan() = default;

bool BaselineScan::begin(const jpeg_decompress_struct& info) {
    const bool plain = has_inverse_dct() && info.data_precision == 8 &&
                       block_side(info) == DCTSIZE && info.progressive_mode == 0 &&
                       info.arith_code == 0 && info.restart_interval == 0 &&
                       info.num_components == 3 && info.comps_in_scan == 3 && info.Ss == 0 &&
                       info.Se == int{coefficients} - 1 && info.Ah == 0 && info.Al == 0;
    if (!plain) return false;
    State& state = *state_;
    for (std::size_t i = 0; i < state.components.size(); ++i) {
        const jpeg_component_info& component = info.comp_info[i];
        const int most = i == 0 ? 2 : 1;
        if (info.cur_comp_info[i] != &component || component.h_samp_factor > most ||
            component.v_samp_factor > most || !prepare(state.components[i], info, component))
            return false;
    }
    state.blocks = {};
    const std::size_t unit_width = state.components[0].columns * DctBlock::side;
    state.units = (info.image_width + unit_width - 1) / unit_width;
    const std::size_t size_bytes = info.src->bytes_in_buffer;
    const std::size_t pixels = std::size_t{info.image_width} * info.image_height;
    return size_bytes <= most_bytes_for_pixel * pixels + slack_bytes &&
           state.take_data({info.src->next_input_byte, size_bytes});
}

bool BaselineScan::read_row(const std::array<Target, 3>& planes) {
    State& state = *state_;
    std::array<Component*, most_blocks_in_unit> component_of{};
    std::size_t blocks = 0;
    for (std::size_t i = 0; i < planes.size(); ++i) {
        Component& component = state.components[i];
        for (std::size_t row = 0; row < component.rows; ++row) {
            for (std::size_t column = 0; column < component.columns; ++column) {
                const auto first_line = static_cast<std::ptrdiff_t>(row * DctBlock::side);
                state.blocks[blocks].to =
                    planes[i].to + first_line * planes[i].stride_bytes + column * DctBlock::side;
                state.blocks[blocks].stride_bytes = planes[i].stride_bytes;
                component_of[blocks++] = &component;
            }
        }
    }

    BitReader reader = state.reader; // in registers
    for (std::size_t unit = 0; unit < state.units; ++unit) {
        Damage damage;
        for (std::size_t i = 0; i < blocks; ++i)
            read_block(*component_of[i], reader, state.blocks[i], damage);
        if (damage.any() || reader.behind() > state.end) return false;
        inverse_dct({state.blocks.data(), blocks});
        for (std::size_t i = 0; i < blocks; ++i)
            state.blocks[i].to += component_of[i]->columns * DctBlock::side;
    }
    state.reader = reader;
    return true;
}

} // namespace sumac::video
