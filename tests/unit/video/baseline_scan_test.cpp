#include "jpeg_planes.h"
#include "jpeg_segments.h"
#include "video/baseline_scan.h"
#include "video/inverse_dct.h"
#include "video/jpeg_file.h"
#include <sumac/geometry.h>

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <functional>
#include <random>

namespace sumac::video {
namespace {

struct Kind {
    int quality = 90;
    int columns = 2; ///< of brightness for one of colour
    int rows = 2;
    std::function<void(jpeg_compress_struct&)> change = [](jpeg_compress_struct&) {};
};

/// The brightness of each sample of a pixel: Y, U, V.
using Painter = std::function<unsigned char(unsigned x, unsigned y, unsigned component)>;

std::vector<std::byte> encoded(Size size, const Painter& paint, const Kind& kind) {
    jpeg_compress_struct info{};
    jpeg_error_mgr errors{};
    info.err = jpeg_std_error(&errors);
    jpeg_create_compress(&info);
    unsigned char* file = nullptr;
    unsigned long file_size = 0;
    jpeg_mem_dest(&info, &file, &file_size);
    info.image_width = static_cast<JDIMENSION>(size.width);
    info.image_height = static_cast<JDIMENSION>(size.height);
    info.input_components = 3;
    info.in_color_space = JCS_YCbCr;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, kind.quality, TRUE);
    info.comp_info[0].h_samp_factor = kind.columns;
    info.comp_info[0].v_samp_factor = kind.rows;
    kind.change(info);
    jpeg_start_compress(&info, TRUE);
    std::vector<unsigned char> row(std::size_t{3} * info.image_width);
    while (info.next_scanline < info.image_height) {
        for (unsigned i = 0; i < row.size(); ++i)
            row[i] = paint(i / 3, info.next_scanline, i % 3);
        JSAMPROW rows = row.data();
        jpeg_write_scanlines(&info, &rows, 1);
    }
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
    const Bytes whole = std::as_bytes(std::span{file, file_size});
    std::vector<std::byte> copy{whole.begin(), whole.end()};
    std::free(file);
    return copy;
}

Painter noise(unsigned seed) {
    return [random = std::minstd_rand{seed}](unsigned, unsigned, unsigned) mutable {
        return static_cast<unsigned char>(random() >> 8U);
    };
}
/// Nothing but the extremes: the largest coefficients that there can be.
Painter black_and_white(unsigned seed) {
    return [random = std::minstd_rand{seed}](unsigned, unsigned, unsigned) mutable {
        return static_cast<unsigned char>((random() >> 8U) % 2 == 0 ? 0 : 255);
    };
}
/// Smooth, with an edge: few coefficients in most blocks, one in many.
unsigned char landscape(unsigned x, unsigned y, unsigned component) {
    if (x > 40 && y > 24) return static_cast<unsigned char>(60 * component + 30);
    return static_cast<unsigned char>(x * 2 + y * (component + 1));
}

class Scan : public testing::Test {
protected:
    /// On a processor for which the scan is not ours: left.
    void expect_as_libjpeg(const std::vector<std::byte>& file) {
        if (!has_inverse_dct()) return expect_left_to_libjpeg(file);
        JpegPlanesReader reader{file};
        const JpegPlanes* const ours = reader.ours(scan);
        ASSERT_NE(ours, nullptr);
        const JpegPlanes* const libjpegs = reader.libjpegs();
        ASSERT_NE(libjpegs, nullptr);
        EXPECT_TRUE(*ours == *libjpegs);
    }
    void expect_left_to_libjpeg(const std::vector<std::byte>& file) {
        EXPECT_EQ(JpegPlanesReader{Bytes{file}}.ours(scan), nullptr);
    }

    BaselineScan scan;
};

TEST_F(Scan, IsReadAsLibjpegDoesInEachSizeAndSampling) {
    for (const auto& [columns, rows] : {std::pair{2, 2}, std::pair{2, 1}, std::pair{1, 1}}) {
        for (int side = 1; side <= 67; ++side) {
            SCOPED_TRACE(testing::Message() << columns << "x" << rows << ", " << side);
            expect_as_libjpeg(encoded({side, 21}, landscape, {90, columns, rows}));
            expect_as_libjpeg(encoded({21, side}, noise(7), {90, columns, rows}));
        }
    }
}

TEST_F(Scan, IsReadAsLibjpegDoesInEachQuality) {
    for (int quality = 1; quality <= 100; ++quality) {
        SCOPED_TRACE(quality);
        for (const Painter& paint : {Painter{landscape}, noise(1), black_and_white(2)})
            expect_as_libjpeg(encoded({67, 45}, paint, {quality}));
    }
}

TEST_F(Scan, IsReadWithTablesOfItsOwn) {
    const auto optimised = [](jpeg_compress_struct& info) { info.optimize_coding = TRUE; };
    for (int quality = 5; quality <= 100; quality += 5) {
        SCOPED_TRACE(quality);
        expect_as_libjpeg(encoded({333, 222}, noise(3), {quality, 2, 2, optimised}));
        expect_as_libjpeg(encoded({333, 222}, landscape, {quality, 2, 2, optimised}));
    }
}

TEST_F(Scan, IsLeftToLibjpegIfItIsUnusual) {
    const Size size{67, 45};
    expect_as_libjpeg(encoded(size, landscape, {}));
    const auto expect_left = [&](auto change) {
        expect_left_to_libjpeg(encoded(size, landscape, {90, 2, 2, change}));
    };
    expect_left([](jpeg_compress_struct& info) { jpeg_simple_progression(&info); });
    expect_left([](jpeg_compress_struct& info) { info.restart_interval = 2; });
    expect_left([](jpeg_compress_struct& info) { info.arith_code = TRUE; });
    expect_left([](jpeg_compress_struct& info) { info.comp_info[0].h_samp_factor = 4; });
    expect_left([](jpeg_compress_struct& info) { info.comp_info[1].v_samp_factor = 2; });
    expect_as_libjpeg(encoded(size, landscape, {}));
}

TEST_F(Scan, IsLeftToLibjpegIfItWantsRestartsAndHasNone) {
    auto file = encoded({67, 45}, landscape, {});
    constexpr std::array restart_interval{0xFF, 0xDD, 0, 4, 0, 2}; // DRI
    auto at = file.begin() + 2;                                    // behind SOI
    for (const int byte : restart_interval)
        at = file.insert(at, std::byte(byte)) + 1;
    expect_left_to_libjpeg(file);
}

TEST_F(Scan, IsLeftToLibjpegIfABlockIsFarTooBright) {
    auto file = encoded({67, 45}, [](auto...) { return static_cast<unsigned char>(255); }, {100});
    expect_as_libjpeg(file);
    constexpr std::array quanta{std::byte{0xFF}, std::byte{0xDB}, std::byte{0}, std::byte{67}};
    const auto table = std::ranges::search(file, quanta); // DQT
    ASSERT_FALSE(table.empty());
    table.begin()[quanta.size() + 1] = std::byte{255}; // the first in it
    expect_left_to_libjpeg(file);
}

/// One that is 8 pixels wide and high, with codes of one bit: 0, and then 15 bits, for each first
/// coefficient; 0 for the end of each block.
std::vector<std::byte> with_huge_steps() {
    const auto plain = encoded({8, 8}, landscape, {90, 1, 1});
    auto file = without_huffman_tables(plain);
    const auto scan = std::ranges::search(file, std::array{std::byte{0xFF}, std::byte{0xDA}});
    constexpr std::ptrdiff_t sos_bytes = 2 + 12;
    file.erase(scan.begin() + sos_bytes, file.end());
    std::vector<int> tables;
    for (const auto& [table, symbol] : {std::pair{0x00, 15}, {0x01, 15}, {0x10, 0}, {0x11, 0}}) {
        tables.insert(tables.end(), {0xFF, 0xC4, 0, 20, table, 1}); // DHT
        tables.insert(tables.end(), 15, 0);
        tables.push_back(symbol);
    }
    auto at = file.begin() + 2;
    for (const int byte : tables)
        at = file.insert(at, std::byte(byte)) + 1;
    // Three blocks of 0, fifteen ones, 0; ones to the end; EOI.
    for (const int byte : {0x7F, 0xFF, 0, 0x3F, 0xFF, 0, 0x9F, 0xFF, 0, 0xDF, 0xFF, 0xD9})
        file.push_back(std::byte(byte));
    return file;
}

TEST_F(Scan, IsLeftToLibjpegIfStepsAreHugeThoughNothingComesOfThem) {
    auto file = with_huge_steps();
    for (auto from = file.begin();;) { // each first number of a DQT
        constexpr std::array quanta{std::byte{0xFF}, std::byte{0xDB}, std::byte{0}, std::byte{67}};
        const auto table = std::search(from, file.end(), quanta.begin(), quanta.end());
        if (table == file.end()) break;
        table[quanta.size() + 1] = std::byte{0};
        from = table + 1;
    }
    expect_left_to_libjpeg(file);
}

TEST_F(Scan, MayHaveTheTablesOfTheFileBefore) {
    const auto optimised = [](jpeg_compress_struct& info) { info.optimize_coding = TRUE; };
    const Size size{48, 32};
    const auto whole = encoded(size, noise(8), {75, 2, 2, optimised});
    const auto bare = without_huffman_tables(whole);
    ASSERT_LT(bare.size(), whole.size());
    const auto planes_of = [](JpegFile& reader, Bytes file) {
        const auto header = reader.begin(file);
        std::vector<std::byte> planes(header ? JpegFile::layout(*header).size_bytes : 0);
        EXPECT_TRUE(header && reader.read_planes(planes.data(), JpegFile::layout(*header)));
        return planes;
    };
    JpegFile reader;
    const auto first = planes_of(reader, whole);
    EXPECT_EQ(planes_of(reader, bare), first);
    planes_of(reader, encoded(size, noise(9), {75}));
    EXPECT_NE(planes_of(reader, bare), first) << "not those of the file before";
}

TEST_F(Scan, IsLeftToLibjpegIfItIsMuchTooLongForThePicture) {
    auto file = encoded({67, 45}, landscape, {});
    file.insert(file.end(), 4 * 67 * 45, std::byte{0});
    expect_as_libjpeg(file);
    file.insert(file.end(), 4096, std::byte{0});
    expect_left_to_libjpeg(file);
}

TEST_F(Scan, IsLeftToLibjpegIfItIsTruncated) {
    auto file = encoded({67, 45}, noise(4), {});
    while (!file.empty()) {
        file.pop_back();
        expect_left_to_libjpeg(file);
    }
}

TEST_F(Scan, IsReadAsLibjpegDoesOrLeftToItIfItIsDamaged) {
    const auto good = encoded({67, 45}, noise(5), {});
    unsigned read = 0;
    for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
        auto file = good;
        file[bit / 8] ^= std::byte{1} << (bit % 8);
        JpegPlanesReader reader{file};
        const JpegPlanes* const ours = reader.ours(scan);
        if (ours == nullptr) continue;
        ++read;
        const JpegPlanes* const libjpegs = reader.libjpegs();
        ASSERT_NE(libjpegs, nullptr) << bit;
        ASSERT_TRUE(*ours == *libjpegs) << bit;
    }
    if (has_inverse_dct()) {
        EXPECT_GT(read, good.size()) << "nearly all would have been left";
    }
    expect_as_libjpeg(good); // nothing is left behind by the others
}

} // namespace
} // namespace sumac::video
