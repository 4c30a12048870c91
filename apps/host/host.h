/// The virtual machine that sumac-host plays: its server, card, sound and clock.
#pragma once

#include "certificates.h"
#include "client_migration.h"
#include "commands.h"
#include "options.h"
#include "pacer.h"
#include "player.h"
#include "qxl_device.h"
#include "sound.h"
#include "spice_core.h"
#include <sumac/result.h>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/steady_timer.hpp>
#include <spice.h>

#include <memory>
#include <optional>
#include <string>

namespace sumac::host {

/// Owns one libspice-server. All of it on the thread that runs `io`; the server's display thread
/// and the player's are inside QxlDevice and Player, the pacer's calls the two methods that say so.
///
/// The clip's clock: frame n is due at clip_start + n / fps while the VM runs. `video stop` does
/// not stop that clock, a stop of the VM does.
class Host {
public:
    /// `io` must outlive the host. Listens and runs (or waits paused) when this returns.
    static Result<std::unique_ptr<Host>, Failure> start(asio::io_context& io, Options options);
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;
    Host(Host&&) = delete;
    Host& operator=(Host&&) = delete;
    ~Host();

    /// Any command but Quit, which is the caller's.
    void execute(const Command& command);

private:
    using Outcome = Result<Done, Failure>;
    struct ServerDelete {
        void operator()(SpiceServer* server) const { spice_server_destroy(server); }
    };
    struct Sources {
        std::unique_ptr<PictureSource> pictures;
        std::unique_ptr<SoundSource> sound;
    };

    Host(asio::io_context& io, Options options, Sources sources);
    static Result<Sources, Failure> open_sources(const Options& options);

    Outcome start_server();
    Outcome set_up_tls();
    Outcome listen();
    Outcome listen_tcp();
    Outcome listen_unix();
    template <class Acceptor>
    void accept_on(Acceptor& acceptor);
    void announce();

    void on_channel(const ChannelEvent& event);
    void fail_command(const std::string& message);

    void migrate(const Migrate& command);
    FrameNumber stop_to_migrate();
    void cancel_migration();
    void resume(std::optional<FrameNumber> number);
    void restore_picture(FrameNumber number);
    void stop_vm();
    void set_audio(SoundMode mode);
    void set_video(bool on);

    FrameNumber clip_position(Clock::time_point now) const;
    void draw_frame(FrameNumber number); // on the pacer's thread
    void report_missed(FrameNumber number, FrameNumber count, const char* reason); // also there
    void start_sound();
    void schedule_sound();

    asio::io_context& io_;
    Options options_;
    const Size desktop_;
    const Area clip_area_;

    FramePool pool_;
    Player player_;
    QxlDevice device_;
    Pacer pacer_;
    Sound sound_;
    SpiceCore core_;
    ClientMigration migration_;
    std::unique_ptr<SpiceServer, ServerDelete> server_; // goes first: it uses all of the above

    asio::ip::tcp::acceptor tcp_;
    asio::local::stream_protocol::acceptor unix_;
    asio::steady_timer sound_timer_;

    bool running_ = false;
    bool video_on_ = true;
    SoundMode audio_ = SoundMode::off;
    Clock::time_point clip_start_{};
    FrameNumber next_ = 0; ///< the frame that is drawn next; only while the pacer stands
};

} // namespace sumac::host
