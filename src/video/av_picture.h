/// What libavcodec decoded, as a picture of ours. For this folder's sources and their tests.
#pragma once

#include "video/decoder.h"

struct AVFrame;

namespace sumac::video {

/// `frame` is borrowed for the call, or, as planes, kept. Pictures on hardware are fetched first.
/// Unsupported: more than 8 bits a sample, or not planes of brightness and colour.
Result<PicturePtr>
picture_of(std::shared_ptr<AVFrame> frame, PictureMemory& memory, PictureForm form);

} // namespace sumac::video
