#include "image/zlib_glz.h"

#define ZLIB_CONST // input is const
#include <zlib.h>

namespace sumac::image {

namespace {

/// Deflate's best: 258 bytes from two bits. What claims more is not in the data.
constexpr std::size_t max_expansion = 1032;

/// Ends what inflateInit began.
struct Stream {
    Stream() = default;
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream() { inflateEnd(&state); }
    z_stream state{};
};

} // namespace

Result<Inflated> inflate_glz(Bytes data, std::size_t size_bytes) {
    if (size_bytes > max_inflated_bytes) return Error{ErrorCode::limit, "glz above 256 MiB"};
    if (size_bytes / max_expansion > data.size())
        return Error{ErrorCode::truncated, "zlib data too short for its glz image"};
    if (data.size() > max_inflated_bytes) return Error{ErrorCode::limit, "zlib above 256 MiB"};

    Inflated inflated{std::make_unique_for_overwrite<std::byte[]>(size_bytes), size_bytes};
    Stream stream;
    if (inflateInit(&stream.state) != Z_OK)
        return Error{ErrorCode::system, "zlib cannot be initialised"};
    stream.state.next_in = reinterpret_cast<const Bytef*>(data.data());
    stream.state.avail_in = static_cast<uInt>(data.size());
    stream.state.next_out = reinterpret_cast<Bytef*>(inflated.data.get());
    stream.state.avail_out = static_cast<uInt>(size_bytes);
    const int status = inflate(&stream.state, Z_FINISH);
    if (status == Z_DATA_ERROR || status == Z_NEED_DICT)
        return Error{ErrorCode::invalid, "zlib data is damaged"};
    if (stream.state.avail_out != 0)
        return Error{ErrorCode::truncated, "zlib data is missing", stream.state.total_in};
    return inflated;
}

} // namespace sumac::image
