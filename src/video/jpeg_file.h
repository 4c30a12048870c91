/// A JPEG file, read through libjpeg-turbo's own interface. Its simpler one (TurboJPEG) copies
/// every row of planes once more where a picture's height is no multiple of 16, as that of full HD.
/// For this folder's sources only.
#pragma once

#include "base/reader.h"
#include "video/colour.h"

#include <memory>
#include <optional>

namespace sumac::video {

/// One file after the other; the tables of one are there for the next, which may come without.
class JpegFile {
public:
    JpegFile();
    ~JpegFile();
    JpegFile(const JpegFile&) = delete;
    JpegFile& operator=(const JpegFile&) = delete;

    /// The next file is read as the first one is.
    void forget_tables();

    struct Header {
        Size size;
        std::optional<PlanarFormat> planes; ///< if the picture has them
    };
    /// Begins another file. Borrowed until it is read or another is begun. Empty: no JPEG.
    std::optional<Header> begin(Bytes file);

    // Once for each file. False: it is damaged, and there is no picture. What is truncated has one:
    // the rows that did arrive.

    /// How the planes lie that read_planes writes: with room for whole blocks.
    static PlaneLayout layout(const Header& header);
    /// `layout` is that of the header; `memory` is aligned to 16 bytes at least.
    bool read_planes(std::byte* memory, const PlaneLayout& layout);
    /// B, G, R, X. Each colour sample counts for all pixels that share it.
    bool read_pixels(std::byte* pixels, std::ptrdiff_t stride_bytes);

private:
    /// Room for all rows of blocks, or for one after the other.
    enum class Memory { whole, band };
    /// After each row of blocks calls `then` with its first line of the picture, and how many there
    /// are; once more from the first on, if our own reading could not go on but libjpeg may.
    template <class Then>
    bool read_blocks_into(std::byte* memory, const PlaneLayout& layout, Memory is, Then then);
    bool read_planes_by_bands(std::byte* memory, const PlaneLayout& layout);
    PlaneLayout make_band();

    struct State;
    std::unique_ptr<State> state_;
};

} // namespace sumac::video
