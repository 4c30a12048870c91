/// The scan of a JPEG as servers' video has them, eight bits, one scan of Y, U and V, Huffman
/// codes: read quicker than libjpeg-turbo does, and as its SIMD does it to the bit.
///
/// It knows no errors but "not so": what is unusual or damaged is libjpeg's, which then reads the
/// same file from its beginning and says what it thinks of it.
/// For this folder's sources only.
#pragma once

#include <array>
#include <cstddef>
#include <memory>

struct jpeg_decompress_struct;

namespace sumac::video {

class BaselineScan {
public:
    BaselineScan();
    ~BaselineScan();
    BaselineScan(const BaselineScan&) = delete;
    BaselineScan& operator=(const BaselineScan&) = delete;

    /// After jpeg_read_header on a file in memory, and without a change to `info`; borrows nothing.
    /// False: not of this kind, or this processor is not.
    bool begin(const jpeg_decompress_struct& info);

    /// A plane from the next row on.
    struct Target {
        std::byte* to = nullptr;
        std::ptrdiff_t stride_bytes = 0;
    };
    /// The next row of blocks, into planes of whole blocks: as many as the picture begins. False:
    /// it is damaged.
    bool read_row(const std::array<Target, 3>& planes);

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace sumac::video
