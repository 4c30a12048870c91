#include "image/zlib_glz.h"
#include "image_builders.h"

#include <gtest/gtest.h>
#include <zlib.h>

namespace sumac::image {
namespace {

ByteVector deflated(const ByteVector& raw) {
    uLongf size = compressBound(raw.size());
    ByteVector result(size);
    compress(reinterpret_cast<Bytef*>(result.data()),
             &size,
             reinterpret_cast<const Bytef*>(raw.data()),
             raw.size());
    result.resize(size);
    return result;
}

const ByteVector raw = bytes({1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10});

TEST(ZlibGlz, InflatesExactlyWhatIsAnnounced) {
    const auto inflated = inflate_glz(deflated(raw), raw.size());
    ASSERT_TRUE(inflated);
    const Bytes result = inflated->bytes();
    EXPECT_EQ(ByteVector(result.begin(), result.end()), raw);
    EXPECT_FALSE(inflate_glz(deflated(raw), raw.size() + 1));
}

TEST(ZlibGlz, SurvivesTruncationAndDamage) {
    const ByteVector data = deflated(raw);
    for (std::size_t size = 0; size < data.size(); ++size) {
        // The end mark and the check sum may be missing, the content may not.
        const auto inflated = inflate_glz(Bytes{data}.first(size), raw.size());
        if (size + 5 < data.size()) {
            EXPECT_FALSE(inflated) << size;
        }
    }
    for (std::size_t bit = 0; bit < 8 * data.size(); ++bit) {
        ByteVector damaged = data;
        damaged[bit / 8] ^= std::byte{1} << (bit % 8);
        const auto inflated = inflate_glz(damaged, raw.size());
        EXPECT_TRUE(!inflated || inflated->size == raw.size());
    }
}

TEST(ZlibGlz, RefusesSizesThatTheDataCannotHave) {
    const auto large = inflate_glz(deflated(raw), max_inflated_bytes + 1);
    ASSERT_FALSE(large);
    EXPECT_EQ(large.error().code, ErrorCode::limit);
    const auto bomb = inflate_glz(deflated(raw), max_inflated_bytes);
    ASSERT_FALSE(bomb);
    EXPECT_EQ(bomb.error().code, ErrorCode::truncated);
    EXPECT_FALSE(inflate_glz({}, 1));
}

} // namespace
} // namespace sumac::image
