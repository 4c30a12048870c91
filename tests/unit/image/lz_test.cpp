#include "golden.h"
#include "image/lz.h"
#include "image/lz_units.h"

#include <random>
#include <set>

namespace sumac::image {
namespace {

constexpr std::uint8_t last_palette_type = 5;

Result<Pixels> decode(const GoldenImage& image, Bytes data) {
    if (image.type > last_palette_type) return decode_lz_rgb(data, image.size);
    return decode_lz_palette(data, image.size, golden_palette(), PaletteEntries::rgb888);
}

ByteVector header(int type, int width, int height, int stride, int top_down) {
    ByteVector result;
    for (const int value : {0x20205A4C, 0x00010001, type, width, height, stride, top_down}) {
        for (int shift = 24; shift >= 0; shift -= 8)
            result.push_back(static_cast<std::byte>(value >> shift & 0xFF));
    }
    return result;
}

ByteVector operator+(ByteVector first, const ByteVector& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

using Values = std::vector<std::uint32_t>;

TEST(Lz, DecodesWhatAServerEncodes) {
    const auto images = golden_images("lz");
    ASSERT_GT(images.size(), 700U);
    std::set<std::pair<int, int>> seen;
    for (const GoldenImage& image : images) {
        const auto pixels = decode(image, image.data);
        ASSERT_TRUE(pixels) << pixels.error().text;
        EXPECT_EQ(hash_of(*pixels), image.hash)
            << "type " << int{image.type} << ", width " << image.size.width;
        seen.emplace(image.type, image.size.width);
    }
    EXPECT_EQ(seen.size(), 11U * 67U + 6U); // every type in every width, and the large ones
}

TEST(Lz, SurvivesDamage) {
    std::size_t tested = 0;
    for (const GoldenImage& image : golden_images("lz")) {
        if (image.data.size() > 90) continue;
        EXPECT_TRUE(
            survives_damage(image, [&](const ByteVector& data) { return decode(image, data); }));
        ++tested;
    }
    EXPECT_GT(tested, 100U);
}

TEST(Lz, RefusesEachTruncation) {
    for (const GoldenImage& image : golden_images("lz")) {
        if (image.data.size() > 90) continue;
        for (std::size_t size = 0; size < image.data.size(); ++size)
            EXPECT_FALSE(decode(image, Bytes{image.data}.first(size))) << size;
    }
}

TEST(Lz, IgnoresWhatFollowsTheLastUnit) {
    for (GoldenImage image : golden_images("lz")) {
        image.data.resize(image.data.size() + 5);
        const auto pixels = decode(image, image.data);
        ASSERT_TRUE(pixels);
        EXPECT_EQ(hash_of(*pixels), image.hash);
    }
}

TEST(Lz, DecodesLiteralsAndCopiesByHand) {
    // Two literals, then 4 pixels from 2 back, then 2 from 1 back, which is still the second one.
    const auto body = bytes({1, 1, 2, 3, 4, 5, 6, 4 << 5, 1, 2 << 5, 0});
    const auto pixels = decode_lz_rgb(header(8, 4, 2, 16, 1) + body, {4, 2});
    ASSERT_TRUE(pixels);
    const std::uint32_t a = 0x030201;
    const std::uint32_t b = 0x060504;
    EXPECT_EQ(values(*pixels), (Values{a, b, a, b, a, b, b, b}));
}

TEST(Lz, DecodesTheAlphaOfColoursBehindThem) {
    // One literal repeated; then alpha 9, and a copy of 3 (1 + the bias of 2).
    const auto body = bytes({0, 1, 2, 3, 3 << 5, 0, 0, 9, 1 << 5, 0});
    const auto pixels = decode_lz_rgb(header(9, 4, 1, 16, 1) + body, {4, 1});
    ASSERT_TRUE(pixels);
    EXPECT_EQ(values(*pixels), Values(4, 0x09030201));
}

TEST(Lz, TurnsBottomUpRowsOver) {
    const auto body = bytes({2, 1, 0, 0, 2, 0, 0, 3, 0, 0});
    EXPECT_EQ(values(*decode_lz_rgb(header(8, 1, 3, 4, 0) + body, {1, 3})), (Values{3, 2, 1}));
    EXPECT_EQ(values(*decode_lz_rgb(header(8, 1, 3, 4, 1) + body, {1, 3})), (Values{1, 2, 3}));
}

TEST(Lz, RefusesCopiesFromBeforeTheFirstUnitOrBehindTheLast) {
    const auto refused = [](const ByteVector& body) {
        const auto pixels = decode_lz_rgb(header(8, 4, 1, 16, 1) + body, {4, 1});
        return !pixels && pixels.error().code == ErrorCode::invalid;
    };
    EXPECT_TRUE(refused(bytes({3 << 5, 0, 0, 0, 0})));          // nothing there yet
    EXPECT_TRUE(refused(bytes({0, 1, 2, 3, 3 << 5, 1, 0, 0}))); // one too far
    EXPECT_TRUE(refused(bytes({0, 1, 2, 3, 4 << 5, 0, 0, 0}))); // one too many
    EXPECT_TRUE(refused(bytes({4, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3}))); // literals, too
}

TEST(Lz, RefusesHostileHeaders) {
    const auto body = bytes({0, 1, 2, 3});
    const auto good = header(8, 1, 1, 4, 1) + body;
    ASSERT_TRUE(decode_lz_rgb(good, {1, 1}));
    const auto refused = [&](std::size_t offset, int value) {
        ByteVector data = good;
        data[offset] = static_cast<std::byte>(value);
        return !decode_lz_rgb(data, {1, 1});
    };
    EXPECT_TRUE(refused(0, 0));
    EXPECT_TRUE(refused(7, 2)); // version
    EXPECT_TRUE(refused(11, 0));
    EXPECT_TRUE(refused(11, 5)); // indices
    EXPECT_TRUE(refused(11, 12));
    EXPECT_TRUE(refused(8, 1));
    EXPECT_TRUE(refused(15, 2)); // width
    EXPECT_TRUE(refused(19, 2)); // height
    EXPECT_FALSE(decode_lz_rgb(good, {2, 1}));
    EXPECT_FALSE(decode_lz_rgb(header(8, 0, 0, 0, 1), {0, 0}));
    EXPECT_FALSE(decode_lz_alpha(good, {1, 1}));
    EXPECT_FALSE(decode_lz_palette(good, {1, 1}, golden_palette(), PaletteEntries::rgb888));
    const auto indices = header(5, 1, 1, 1, 1) + bytes({0, 0});
    EXPECT_TRUE(decode_lz_palette(indices, {1, 1}, golden_palette(), PaletteEntries::rgb888));
    EXPECT_FALSE(decode_lz_palette(indices, {1, 1}, {}, PaletteEntries::rgb888));
    EXPECT_FALSE(decode_lz_palette(
        header(5, 1, 1, 4, 1) + bytes({0, 0}), {1, 1}, golden_palette(), PaletteEntries::rgb888));
}

TEST(Lz, RefusesSizesThatTheDataCannotHave) {
    for (const int type : {5, 8, 11}) {
        const auto data = header(type, 8000, 8000, 8000, 1) + bytes({0, 1, 2, 3});
        const auto bomb =
            type == 5
                ? decode_lz_palette(data, {8000, 8000}, golden_palette(), PaletteEntries::rgb888)
                : decode_lz_rgb(data, {8000, 8000});
        ASSERT_FALSE(bomb);
        EXPECT_EQ(bomb.error().code, ErrorCode::truncated);
    }
    EXPECT_EQ(decode_lz_rgb(header(8, 32767, 32767, 0, 1), {32767, 32767}).error().code,
              ErrorCode::truncated);
}

/// Copies of every short distance and length, at every distance from the end, against the plain
/// way.
template <class Kind>
void expect_copies_like_the_plain_ones() {
    using Unit = typename Kind::Unit;
    std::mt19937 random{1};
    constexpr std::size_t total = 100;
    constexpr std::size_t done = 40;
    for (std::size_t distance = 1; distance <= done; ++distance) {
        for (std::size_t count = 1; count <= total - done; ++count) {
            std::vector<Unit> expected(total);
            for (Unit& unit : expected)
                unit = static_cast<Unit>(random());
            // The literals are what is there already.
            ByteVector literals(done * Kind::literal_bytes + 4);
            std::vector<Unit> actual = expected;
            lz::Input in{literals};
            lz::Output<Kind> out{actual.data(), total};
            ASSERT_TRUE(out.literals(in, done));
            std::copy(expected.begin(), expected.begin() + done, actual.begin());

            lz::copy_plainly<Kind>(
                expected.data() + done, expected.data() + done - distance, count);
            ASSERT_TRUE(out.repeat(distance, count));
            actual.resize(done + count); // what is behind may be anything
            expected.resize(done + count);
            ASSERT_EQ(actual, expected) << distance << ' ' << count;
        }
    }
}

TEST(LzUnits, CopiesLikeThePlainOnes) {
    expect_copies_like_the_plain_ones<lz::Rgb32>();
    expect_copies_like_the_plain_ones<lz::Rgb555>();
    expect_copies_like_the_plain_ones<lz::Octets>();
}

TEST(LzUnits, KeepsColoursWhileItCopiesAlpha) {
    // What is behind the copy keeps its colours, too.
    for (std::size_t distance = 1; distance <= 9; ++distance) {
        for (std::size_t count = 1; count <= 20; ++count) {
            std::vector<std::uint32_t> units(50);
            for (std::uint32_t i = 0; i < units.size(); ++i)
                units[i] = i * 0x01030507U;
            const std::vector<std::uint32_t> before = units;
            const ByteVector literals = bytes({1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
            lz::Input in{literals};
            lz::Output<lz::Alpha32> out{units.data(), units.size()};
            ASSERT_TRUE(out.literals(in, 10));
            ASSERT_TRUE(out.repeat(distance, count));
            for (std::size_t i = 0; i < units.size(); ++i)
                ASSERT_EQ(units[i] & 0xFFFFFFU, before[i] & 0xFFFFFFU);
            for (std::size_t i = 10; i < 10 + count; ++i)
                ASSERT_EQ(units[i] >> 24U, units[i - distance] >> 24U) << distance;
        }
    }
}

} // namespace
} // namespace sumac::image
