/// The line commands: their grammar (pure) and their reader.
#pragma once

#include "clip.h"
#include "sketchbook.h"
#include "sound.h"
#include <sumac/result.h>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/streambuf.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace sumac::host {

struct Migrate {
    std::string host;
    int port = 0; ///< 0: none
    int tls_port = 0;
    std::string
        subject; ///< of the destination's certificate; empty: the client checks its host name
    bool operator==(const Migrate&) const = default;
};
struct CancelMigration {
    bool operator==(const CancelMigration&) const = default;
};
struct Resume {
    std::optional<FrameNumber> number;
    bool operator==(const Resume&) const = default;
};
struct Pause {
    bool operator==(const Pause&) const = default;
};
struct Audio {
    SoundMode mode = SoundMode::off;
    bool operator==(const Audio&) const = default;
};
struct Record {
    bool on = false;
    bool operator==(const Record&) const = default;
};
struct Video {
    bool on = false;
    bool operator==(const Video&) const = default;
};
struct Draw {
    Sketches sketches;
    bool operator==(const Draw&) const = default;
};
struct Screendump {
    std::string file; ///< PPM
    bool operator==(const Screendump&) const = default;
};
struct Quit {
    bool operator==(const Quit&) const = default;
};
using Command = std::
    variant<Migrate, CancelMigration, Resume, Pause, Audio, Record, Video, Draw, Screendump, Quit>;

/// All commands in one line.
extern const std::string_view command_summary;

/// An unknown or wrong command is an error whose advice lists the right ones.
Result<Command, Failure> parse_command(std::string_view line);

/// Reads lines from standard input on `io`'s thread. An empty line is nothing.
class CommandReader {
public:
    /// `on_line` gets each line without its end, `on_end` is called once, at the end of the input.
    CommandReader(asio::io_context& io,
                  std::function<void(std::string_view)> on_line,
                  std::function<void()> on_end);

private:
    void read();
    void take_lines();

    asio::posix::stream_descriptor input_;
    asio::streambuf buffer_;
    const std::function<void(std::string_view)> on_line_;
    const std::function<void()> on_end_;
};

} // namespace sumac::host
