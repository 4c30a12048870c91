/// A folder for one test's files.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace sumac::tool {

/// Exists as long as this object.
class TestFolder {
public:
    TestFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "sumac-XXXXXX").string();
        path_ = mkdtemp(name.data());
    }
    ~TestFolder() { std::filesystem::remove_all(path_); }
    TestFolder(const TestFolder&) = delete;
    TestFolder& operator=(const TestFolder&) = delete;

    std::string file(const std::string& name) const { return (path_ / name).string(); }
    std::string write(const std::string& name, const std::string& text) const {
        std::ofstream{file(name), std::ios::binary} << text;
        return file(name);
    }
    std::string read(const std::string& name) const {
        std::ifstream input{file(name), std::ios::binary};
        return {std::istreambuf_iterator<char>{input}, {}};
    }
    std::size_t file_count() const {
        const std::filesystem::directory_iterator files{path_};
        return static_cast<std::size_t>(std::distance(begin(files), end(files)));
    }

private:
    std::filesystem::path path_;
};

} // namespace sumac::tool
