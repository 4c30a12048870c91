/// Runs a fuzz target over files, without libFuzzer: every file that the command line names, and
/// every file below the directories that it names. Fails if there is none, so that a corpus that
/// went missing does not pass as a test.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

bool replay(const std::filesystem::path& path) {
    std::ifstream file{path, std::ios::binary};
    const std::vector<char> content{std::istreambuf_iterator<char>{file}, {}};
    if (!file) {
        std::fprintf(stderr, "cannot read %s\n", path.c_str());
        return false;
    }
    const std::vector<std::uint8_t> input{content.begin(), content.end()};
    LLVMFuzzerTestOneInput(input.data(), input.size());
    return true;
}

std::vector<std::filesystem::path> files_of(const std::filesystem::path& path) {
    if (!std::filesystem::is_directory(path)) return {path};
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{path}) {
        if (entry.is_regular_file()) files.push_back(entry.path());
    }
    return files;
}

} // namespace

int main(int argc, char** argv) {
    std::size_t count = 0;
    for (int i = 1; i < argc; ++i) {
        for (const std::filesystem::path& file : files_of(argv[i])) {
            if (!replay(file)) return 1;
            ++count;
        }
    }
    std::printf("%zu inputs replayed\n", count);
    if (count > 0) return 0;
    std::fprintf(stderr, "no input file found\n");
    return 1;
}
