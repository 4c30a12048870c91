#include "input.h"

#include <asio/buffer.hpp>
#include <asio/read_until.hpp>
#include <fcntl.h>
#include <unistd.h>

namespace sumac::faultproxy {

namespace {

constexpr std::size_t longest_line = 4096;

/// A description of our own where the system can give one: Asio makes it non-blocking, which would
/// also hit whoever shares ours (a terminal's is the shell's, and our standard output's).
int open_input() {
    const int own = ::open("/dev/stdin", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    return own >= 0 ? own : ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
}

} // namespace

InputLines::InputLines(asio::io_context& io,
                       std::function<void(std::string_view)> on_line,
                       std::function<void()> on_end)
    : input_(io), on_line_(std::move(on_line)), on_end_(std::move(on_end)) {
    asio::error_code error; // what poll cannot watch (a file, /dev/null) has no lines for us
    const int descriptor = open_input();
    if (descriptor >= 0) input_.assign(descriptor, error);
    read();
}

void InputLines::read() {
    asio::async_read_until(input_,
                           asio::dynamic_buffer(buffer_, longest_line),
                           '\n',
                           [this](const asio::error_code& error, std::size_t size) {
                               if (error == asio::error::operation_aborted) return;
                               if (error) return on_end_();
                               std::string line = buffer_.substr(0, size - 1);
                               buffer_.erase(0, size);
                               if (line.find_first_not_of(" \t\r") != std::string::npos)
                                   on_line_(line);
                               if (input_.is_open()) read();
                           });
}

void InputLines::close() {
    asio::error_code ignored;
    input_.close(ignored);
}

} // namespace sumac::faultproxy
