#include "capture_file.h"
#include "test_folder.h"

#include <gtest/gtest.h>
#include <spice/enums.h>

#include <fstream>
#include <set>
#include <sstream>

namespace sumac::tool {
namespace {

using namespace std::chrono_literals;

std::vector<std::byte> bytes(std::initializer_list<int> values) {
    std::vector<std::byte> result;
    for (const int value : values)
        result.push_back(static_cast<std::byte>(value));
    return result;
}

std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

Result<CaptureReader, Failure> reader_of(const std::string& text) {
    return CaptureReader::open(std::make_unique<std::istringstream>(text), "it");
}

/// A capture with bytes, a checkpoint and an end.
std::string written(const TestFolder& folder) {
    const LocalTime began{10s};
    auto writer = CaptureWriter::open(folder.file("it.capture"), began);
    const auto said = bytes({1, 2, 3});
    (*writer)->on_wire({1, SPICE_CHANNEL_DISPLAY, 7, said, began + 5ms});
    EXPECT_FALSE((*writer)->checkpoint({2, {640, 480}, {std::byte{8}}}, began + 6ms, 2));
    EXPECT_TRUE((*writer)->checkpoint({2, {640, 480}, {std::byte{9}}}, began + 6ms, 3));
    (*writer)->on_wire({1, SPICE_CHANNEL_DISPLAY, 7, {}, began + 7ms});
    EXPECT_EQ((*writer)->display_bytes(), 3u);
    EXPECT_TRUE((*writer)->finish());
    return content(folder.file("it.capture"));
}

TEST(Capture, IsReadAsItWasWritten) {
    const TestFolder folder;
    auto reader = reader_of(written(folder));
    ASSERT_TRUE(reader);
    const auto first = reader->next();
    ASSERT_TRUE(first && *first);
    EXPECT_EQ((*first)->kind, CaptureRecord::Kind::bytes);
    EXPECT_EQ((*first)->connection, 1u);
    EXPECT_EQ((*first)->channel_type, SPICE_CHANNEL_DISPLAY);
    EXPECT_EQ((*first)->channel_id, 7);
    EXPECT_EQ((*first)->at, 5ms);
    EXPECT_EQ((*first)->bytes, bytes({1, 2, 3}));
    const auto second = reader->next();
    ASSERT_TRUE(second && *second);
    EXPECT_EQ((*second)->kind, CaptureRecord::Kind::checkpoint);
    EXPECT_EQ((*second)->checkpoint, (Checkpoint{2, {640, 480}, {std::byte{9}}}));
    const auto third = reader->next();
    ASSERT_TRUE(third && *third);
    EXPECT_EQ((*third)->kind, CaptureRecord::Kind::ended);
    const auto end = reader->next();
    ASSERT_TRUE(end);
    EXPECT_FALSE(*end);
}

TEST(Capture, LongBytesBecomeSeveralRecords) {
    const TestFolder folder;
    auto writer = CaptureWriter::open(folder.file("it.capture"), LocalTime{});
    const std::vector<std::byte> said((std::size_t{2} << 20U) + 1, std::byte{5});
    (*writer)->on_wire({0, SPICE_CHANNEL_MAIN, 0, said, LocalTime{}});
    ASSERT_TRUE((*writer)->finish());
    auto reader = reader_of(content(folder.file("it.capture")));
    ASSERT_TRUE(reader);
    std::vector<std::byte> read;
    for (int i = 0; i < 3; ++i) {
        const auto record = reader->next();
        ASSERT_TRUE(record && *record);
        read.insert(read.end(), (*record)->bytes.begin(), (*record)->bytes.end());
    }
    EXPECT_EQ(read, said);
}

/// The error of reading it all; empty if there is none.
std::string error_of(const std::string& text) {
    auto reader = reader_of(text);
    if (!reader) return reader.error().message;
    while (true) {
        const auto record = reader->next();
        if (!record) return record.error().message;
        if (!*record) return {};
    }
}

TEST(Capture, WhatIsCutOffIsRefusedUnlessBetweenRecords) {
    const TestFolder folder;
    const std::string whole = written(folder);
    const std::set<std::size_t> between{8, 31, 95, 115};
    ASSERT_EQ(whole.size(), 115u);
    for (std::size_t size = 0; size <= whole.size(); ++size)
        EXPECT_EQ(error_of(whole.substr(0, size)).empty(), between.contains(size)) << size;
}

TEST(Capture, DamageIsFound) {
    const TestFolder folder;
    const std::string whole = written(folder);
    const auto with = [&](std::size_t at, char value) {
        std::string damaged = whole;
        damaged.at(at) = value;
        return error_of(damaged);
    };
    EXPECT_EQ(with(0, 'X'), "it: this is no capture (byte 0)");
    EXPECT_EQ(with(8, 9), "it: a record of unknown kind 9 (byte 8)");
    EXPECT_EQ(with(8, 2), "it: an end with bytes (byte 8)");
    EXPECT_EQ(with(8, 3), "it: a checkpoint of another size (byte 8)");
    EXPECT_EQ(with(23, 1), "it: a time that cannot be (byte 8)");
    EXPECT_EQ(with(27, 1), "it: a record that is too long (byte 8)");
}

TEST(Capture, AFileThatCannotBeWrittenIsAnError) {
    const auto writer = CaptureWriter::open("/nowhere/it.capture", LocalTime{});
    ASSERT_FALSE(writer);
    EXPECT_NE(writer.error().message.find("cannot write the capture"), std::string::npos);
}

TEST(Capture, AHashTellsPicturesApartAndIgnoresTheUndefinedByte) {
    auto pixels = bytes({1, 2, 3, 4, 5, 6, 7, 8});
    const PictureView view{pixels.data(), {2, 1}, 8};
    const PictureHash hash = hash_of(view);
    // Of the bytes 1, 2, 3, 5, 6, 7, by sha256sum.
    EXPECT_EQ(hash[0], std::byte{0xe7});
    EXPECT_EQ(hash[31], std::byte{0xe8});
    pixels[3] = std::byte{0};
    EXPECT_EQ(hash_of(view), hash);
    pixels[4] = std::byte{0};
    EXPECT_NE(hash_of(view), hash);
}

} // namespace
} // namespace sumac::tool
