#include "output_file.h"
#include "test_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <span>
#include <string_view>

namespace sumac::tool {
namespace {

Result<Done, Failure> write_text(const std::string& path, std::string_view text) {
    return write_file(path, std::as_bytes(std::span{text}));
}

TEST(OutputFile, ReplacesTheFileWholeAndLeavesNothingBeside) {
    const TestFolder folder;
    const std::string path = folder.write("a.txt", "something much longer than the new text");
    ASSERT_TRUE(write_text(path, "new"));
    EXPECT_EQ(folder.read("a.txt"), "new");
    EXPECT_EQ(folder.file_count(), 1U);
}

TEST(OutputFile, OthersMayReadItAsTheUmaskSays) {
    const TestFolder folder;
    const mode_t before = umask(022);
    ASSERT_TRUE(write_text(folder.file("a.txt"), "new"));
    umask(before);
    struct stat status {};
    ASSERT_EQ(stat(folder.file("a.txt").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0644U);
}

TEST(OutputFile, ADeviceIsWrittenNotReplaced) {
    EXPECT_TRUE(write_text("/dev/null", "new"));
    EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
    const auto full = write_text("/dev/full", "new");
    ASSERT_FALSE(full);
    EXPECT_NE(full.error().line().find("No space left"), std::string::npos);
}

TEST(OutputFile, WhatCannotBeWrittenIsKnownBefore) {
    const TestFolder folder;
    EXPECT_TRUE(check_writable(folder.file("a.txt")));
    EXPECT_TRUE(check_writable("-"));
    EXPECT_TRUE(check_writable("just-a-name.txt"));
    const auto missing = check_writable(folder.file("missing/a.txt"));
    ASSERT_FALSE(missing);
    EXPECT_NE(missing.error().line().find("No such file"), std::string::npos);
    EXPECT_FALSE(check_writable(folder.file("")));
    EXPECT_FALSE(write_text(folder.file("missing/a.txt"), "x"));
}

} // namespace
} // namespace sumac::tool
