/// The client: a `Runtime` with the threads, and any number of `Session`s on it.
///
///     sumac::Runtime runtime;
///     auto session = sumac::Session::start(runtime, *sumac::parse_uri("spice://host:5900"), {},
///     {.display = &sink}); session->wait();
#pragma once

#include <sumac/report.h>
#include <sumac/sinks.h>
#include <sumac/target.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace sumac {

/// Threads that sessions share: one for sockets and timers, some for decoding and drawing.
/// Sessions must be destroyed before it. Thread-safe.
class Runtime {
public:
    struct Options {
        unsigned worker_threads = 0; ///< for drawing and decoding; 0: one per core, at least 2
    };
    Runtime();
    explicit Runtime(Options options);
    ~Runtime();
    Runtime(const Runtime&) = delete;
    Runtime& operator=(const Runtime&) = delete;

    class Impl;
    Impl& impl() { return *impl_; }

private:
    std::unique_ptr<Impl> impl_;
};

/// How long each phase may take. A phase that takes longer ends the session with
/// ErrorCode::timed_out.
struct Deadlines {
    std::chrono::milliseconds connect{10'000}; ///< name lookup, TCP, TLS; per channel
    std::chrono::milliseconds link{10'000};    ///< link messages and ticket; per channel
    std::chrono::milliseconds attach{10'000};  ///< main channel open to the list of channels
};

/// Called with lines such as "display[0]: surface 0 created, 640x360"; any thread, one at a time.
enum class LogLevel { debug, info, warn, error };
using LogFunction = std::function<void(LogLevel, std::string_view)>;

/// What plays the guest's sound.
enum class SoundDevice {
    none,        ///< no sound channel is opened
    null_device, ///< nothing is heard, but all is decoded and timed as if it were; needs no
                 ///< hardware
    system,      ///< the system's loudspeaker; the null device while there is none
};

/// How the server is asked to send images that are no video; a server too old to be asked does as
/// it was configured. All of them are without loss, but a server may be configured to send JPEG
/// where it would send QUIC.
enum class ImageCompression {
    server, ///< as the server was configured
    off,
    lz4,      ///< made for speed: for fast networks
    lz,       ///< made for what is drawn: text, areas, lines
    glz,      ///< as lz, with a memory of earlier images
    quic,     ///< made for photographs; slower to decode
    auto_lz,  ///< the server chooses for each image between quic and lz...
    auto_glz, ///< ...or glz: for slow networks
};

struct SessionOptions {
    Deadlines deadlines;
    LogFunction log = {}; ///< empty: nothing is logged
    SoundDevice sound = SoundDevice::null_device;
    /// The guest may listen to the system's microphone whenever it wants to: ask the user first.
    bool system_microphone = false;
    /// For replays: where every migration goes to. Empty: to the address that the server names.
    std::optional<Target> migration_target = {};
    ImageCompression image_compression = ImageCompression::lz4;
};

/// Borrowed; must outlive the session. Null where not wanted.
struct Sinks {
    DisplaySink* display = nullptr;
    TraceSink* trace = nullptr;
    SoundSink* sound = nullptr;
    SoundSource* microphone = nullptr; ///< instead of the system's
    WireSink* wire = nullptr;
};

/// Virtual time, for replays: from here on time stands still for all sessions of the process, so
/// that computing takes none, and only `Session::pass_time` lets it pass. For good; call it before
/// the first session starts. Connecting stays real. Thread-safe.
void stop_time();

/// One connection to one virtual machine. Starts at once; all members are thread-safe.
class Session {
public:
    static std::unique_ptr<Session>
    start(Runtime& runtime, Target target, SessionOptions options, Sinks sinks);
    /// Closes and waits: after it no sink is called again.
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Asks for a clean end and returns at once. Frames that wait are counted as skipped
    /// (session_closed).
    void close();
    /// Blocks until the session has ended, by close() or by failure.
    void wait();
    /// The same with a limit; false: it still runs.
    bool wait_for(std::chrono::milliseconds limit);
    /// Why it ended; empty while it runs and after a clean end (close(), or the server ended it in
    /// order).
    std::optional<Failure> failure() const;
    /// After stop_time only, by the one session there is: does what is at hand, then lets
    /// `duration` pass, with pictures shown and sound heard in their time (a microphone is not).
    /// Blocks meanwhile; 0 is of use: more may have come. One caller at a time, never a sink.
    void pass_time(std::chrono::microseconds duration);
    /// A snapshot of what happened so far.
    SessionReport report() const;

    class Impl;

private:
    explicit Session(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

} // namespace sumac
