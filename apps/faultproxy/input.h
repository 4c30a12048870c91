/// Lines from standard input, on the io_context's thread.
#pragma once

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace sumac::faultproxy {

class InputLines {
public:
    /// `on_line` gets each line without its end; an empty line is nothing. `on_end` is called once,
    /// when the input ends or has a line that is no command of anyone's (4096 bytes and more).
    InputLines(asio::io_context& io,
               std::function<void(std::string_view)> on_line,
               std::function<void()> on_end);
    /// No call any more.
    void close();

private:
    void read();

    asio::posix::stream_descriptor input_;
    std::string buffer_;
    std::function<void(std::string_view)> on_line_;
    std::function<void()> on_end_;
};

} // namespace sumac::faultproxy
