/// Which video encoders libspice-server can use on this machine.
#pragma once

#include <sumac/result.h>

#include <string>

namespace sumac::host {

enum class Codec { mjpeg, vp8, vp9, h264 };

/// "encoder:codec" as spice_server_set_video_codecs wants it.
std::string server_name_of(Codec codec);

/// An error if the GStreamer element that libspice-server would use for the codec is missing.
/// The server itself would say nothing and fall back to MJPEG.
Result<Done, Failure> check_encoder(Codec codec);

} // namespace sumac::host
