#include "commands.h"

#include <asio/read_until.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <istream>
#include <map>
#include <sstream>
#include <vector>

namespace sumac::host {

const std::string_view command_summary =
    "migrate HOST PORT [TLSPORT [SUBJECT]] | migrate-cancel | resume [NUMBER] | pause | "
    "audio on|beep|off | record on|off | video stop|start | draw OPERATION COUNT SEED | "
    "screendump FILE | help | quit";

namespace {

// A longer line is no command; the reader ends the input there.
constexpr std::size_t most_line_bytes = 4096;

using Words = std::vector<std::string>;

Failure wrong(const std::string& message) {
    return {.code = ErrorCode::invalid, .message = message, .advice = std::string(command_summary)};
}

template <class T>
std::optional<T> parse_number(const std::string& text, T most) {
    T value{};
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || rest != end || value > most) return std::nullopt;
    return value;
}

/// The rest of the line: a subject has spaces.
std::string join_from(const Words& words, std::size_t first) {
    std::string text;
    for (std::size_t i = first; i < words.size(); ++i)
        text += (i == first ? "" : " ") + words[i];
    return text;
}

Result<Command, Failure> parse_migrate(const Words& words) {
    constexpr unsigned most_port = 65535;
    if (words.size() < 3) return wrong("migrate needs a host and a port");
    const auto port = parse_number<unsigned>(words[2], most_port);
    const auto tls_port =
        words.size() > 3 ? parse_number<unsigned>(words[3], most_port) : std::optional(0u);
    if (!port || !tls_port || (*port == 0 && *tls_port == 0))
        return wrong("migrate: the port is not a number from 1 to 65535");
    return Command(Migrate{.host = words[1],
                           .port = static_cast<int>(*port),
                           .tls_port = static_cast<int>(*tls_port),
                           .subject = join_from(words, 4)});
}

Result<Command, Failure> parse_resume(const Words& words) {
    if (words.size() == 1) return Command(Resume{});
    // 24 bits are what the cells show.
    const auto number = parse_number<FrameNumber>(words[1], 0xffffff);
    if (words.size() != 2 || !number) return wrong("resume: not a frame number");
    return Command(Resume{.number = *number});
}

template <class T>
std::optional<T> parse_choice(const Words& words, const std::map<std::string_view, T>& choices) {
    const auto found = words.size() == 2 ? choices.find(words[1]) : choices.end();
    return found == choices.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Audio> parse_audio(const Words& words) {
    const auto mode = parse_choice<SoundMode>(
        words, {{"on", SoundMode::on}, {"beep", SoundMode::beep}, {"off", SoundMode::off}});
    return mode ? std::optional(Audio{.mode = *mode}) : std::nullopt;
}

std::optional<Record> parse_record(const Words& words) {
    const auto on = parse_choice<bool>(words, {{"on", true}, {"off", false}});
    return on ? std::optional(Record{.on = *on}) : std::nullopt;
}

std::optional<Video> parse_video(const Words& words) {
    const auto on = parse_choice<bool>(words, {{"start", true}, {"stop", false}});
    return on ? std::optional(Video{.on = *on}) : std::nullopt;
}

Result<Command, Failure> parse_draw(const Words& words) {
    constexpr int most_count = 100'000;
    if (words.size() != 4 || !is_draw_operation(words[1]))
        return wrong("draw: the operations are all images " + std::string(draw_operations));
    const auto count = parse_number<unsigned>(words[2], most_count);
    const auto seed = parse_number<std::uint32_t>(words[3], 0xffffffff);
    if (!count || !seed) return wrong("draw: count and seed are numbers");
    return Command(Draw{
        .sketches = {.operation = words[1], .count = static_cast<int>(*count), .seed = *seed}});
}

} // namespace

Result<Command, Failure> parse_command(std::string_view line) {
    std::istringstream stream{std::string(line)};
    Words words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    if (words.empty()) return wrong("empty command");
    const std::string& verb = words[0];
    if (verb == "migrate") return parse_migrate(words);
    if (verb == "migrate-cancel" && words.size() == 1) return Command(CancelMigration{});
    if (verb == "resume") return parse_resume(words);
    if (verb == "pause" && words.size() == 1) return Command(Pause{});
    if (verb == "quit" && words.size() == 1) return Command(Quit{});
    if (verb == "draw") return parse_draw(words);
    if (verb == "screendump" && words.size() > 1)
        return Command(Screendump{.file = join_from(words, 1)});
    if (verb == "audio")
        if (const auto audio = parse_audio(words)) return Command(*audio);
    if (verb == "record")
        if (const auto record = parse_record(words)) return Command(*record);
    if (verb == "video")
        if (const auto video = parse_video(words)) return Command(*video);
    return wrong("unknown command '" + std::string(line) + "'");
}

namespace {

/// A description of our own where the system can give one: Asio makes it non-blocking, which would
/// also hit whoever shares ours (a terminal's is the shell's, and our standard output's).
int open_input() {
    const int own = ::open("/dev/stdin", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    return own >= 0 ? own : ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
}

} // namespace

CommandReader::CommandReader(asio::io_context& io,
                             std::function<void(std::string_view)> on_line,
                             std::function<void()> on_end)
    : input_(io),
      buffer_(most_line_bytes),
      on_line_(std::move(on_line)),
      on_end_(std::move(on_end)) {
    std::error_code error;
    const int descriptor = open_input();
    if (descriptor >= 0) input_.assign(descriptor, error);
    read();
}

void CommandReader::read() {
    asio::async_read_until(
        input_, buffer_, '\n', [this](const std::error_code& error, std::size_t) {
            if (error == asio::error::operation_aborted) return;
            if (error) return on_end_();
            take_lines();
            read();
        });
}

void CommandReader::take_lines() {
    std::istream stream(&buffer_);
    std::string line;
    std::getline(stream, line);
    if (line.find_first_not_of(" \t\r") != std::string::npos) on_line_(line);
}

} // namespace sumac::host
