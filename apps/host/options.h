/// sumac-host's command line.
#pragma once

#include "encoders.h"
#include "picture.h"
#include "player.h"

#include <spice.h>

#include <chrono>
#include <optional>
#include <string>
#include <variant>

namespace sumac::host {

enum class Migration { seamless, semi_seamless, switch_host };

/// Opus only where the client can, too.
enum class AudioCodec { opus, raw };

struct Options {
    std::string address = "127.0.0.1";
    std::optional<int> port;     ///< plain TCP; 0 takes a free one, nothing for none
    std::optional<int> tls_port; ///< 0 takes a free one, nothing for none
    std::string unix_path;       ///< empty for none
    std::string ca, certificate, key;
    std::string tls_directory; ///< where to make certificates; empty if they were given
    std::string tls_name = "localhost";
    std::string ticket; ///< empty: no password

    Size clip_size{640, 360};
    std::optional<Size> desktop_size;
    int fps = 30;
    Codec codec = Codec::mjpeg;
    std::string clip = "synthetic";
    CellsShown cells = CellsShown::yes;
    bool audio = false;
    bool record = false; ///< the guest listens to the client's microphone
    AudioCodec audio_codec = AudioCodec::opus;

    int streaming = SPICE_STREAM_VIDEO_ALL;
    SpiceImageCompression compression = SPICE_IMAGE_COMPRESSION_AUTO_GLZ;
    spice_wan_compression_t jpeg_wan = SPICE_WAN_COMPRESSION_NEVER;
    spice_wan_compression_t zlib_wan = SPICE_WAN_COMPRESSION_NEVER;

    Migration migration = Migration::seamless;
    std::chrono::milliseconds copy_time{0};
    std::chrono::milliseconds downtime{50};
    bool start_paused = false;
    bool refuse_seamless = false; ///< as a destination
};

/// The options, or the exit status if there is nothing to run (help: 0, wrong usage: 2); then all
/// has been printed.
std::variant<Options, int> parse_options(int argc, const char* const* argv);

} // namespace sumac::host
