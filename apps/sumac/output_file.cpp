#include "output_file.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace sumac::tool {

namespace {

Failure cannot_write(const std::string& path, int error) {
    return {ErrorCode::system,
            fmt::format("cannot write {}: {}", path, std::generic_category().message(error)),
            error == ENOSPC ? "make room on the disk" : "check the path and its permissions"};
}

/// Zero, or the errno of what failed.
int write_all(int fd, std::span<const std::byte> content) {
    while (!content.empty()) {
        const ssize_t written = write(fd, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        content = content.subspan(static_cast<std::size_t>(written));
    }
    return 0;
}

// mkstemp makes files that only their owner reads; give ours what open() would have given it.
void apply_umask(int fd) {
    const mode_t mask = umask(0);
    umask(mask);
    fchmod(fd, 0666 & ~mask);
}

/// Devices and pipes are written in place: renaming over /dev/null would replace it.
bool is_special(const std::string& path) {
    std::error_code ignored;
    const auto status = std::filesystem::status(path, ignored);
    return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
}

Result<Done, Failure> write_in_place(const std::string& path, std::span<const std::byte> content) {
    std::FILE* file = std::fopen(path.c_str(), "we");
    if (file == nullptr) return cannot_write(path, errno);
    const int error = write_all(fileno(file), content);
    std::fclose(file);
    if (error != 0) return cannot_write(path, error);
    return Done{};
}

} // namespace

Result<Done, Failure> write_file(const std::string& path, std::span<const std::byte> content) {
    if (path == "-") {
        const int error = write_all(STDOUT_FILENO, content);
        if (error != 0) return cannot_write("standard output", error);
        return Done{};
    }
    if (is_special(path)) return write_in_place(path, content);

    std::string temporary = path + ".XXXXXX";
    const int fd = mkstemp(temporary.data());
    if (fd < 0) return cannot_write(path, errno);
    apply_umask(fd);
    int error = write_all(fd, content);
    if (close(fd) != 0 && error == 0) error = errno;
    if (error == 0 && std::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
    if (error == 0) return Done{};
    unlink(temporary.c_str());
    return cannot_write(path, error);
}

Result<Done, Failure> check_writable(const std::string& path) {
    if (path == "-") return Done{};
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) return cannot_write(path, EISDIR);
    const auto folder = std::filesystem::path{path}.parent_path();
    const std::string home = folder.empty() ? "." : folder.string();
    const bool exists = std::filesystem::exists(path, ignored);
    // A regular file is replaced whole, which needs its folder; a device or pipe is written in
    // place.
    const bool replaced = !exists || std::filesystem::is_regular_file(path, ignored);
    if (exists && access(path.c_str(), W_OK) != 0) return cannot_write(path, errno);
    if (replaced && access(home.c_str(), W_OK) != 0) return cannot_write(path, errno);
    return Done{};
}

} // namespace sumac::tool
