#include "capture_file.h"

extern "C" {
#include <libavutil/mem.h>
#include <libavutil/sha.h>
}

#include <fmt/format.h>
#include <spice/enums.h>

#include <algorithm>
#include <new>
#include <utility>

namespace sumac::tool {

namespace {

constexpr std::string_view magic = "SUMACAP1";
constexpr std::size_t header_size = 20;
/// What is read at once from a socket is less; a damaged file must not make us allocate more.
constexpr std::size_t max_record_bytes = std::size_t{1} << 20U;
constexpr std::size_t checkpoint_size = 3 * 4 + std::tuple_size_v<PictureHash>;

void append(std::string& to, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i)
        to.push_back(static_cast<char>(value >> static_cast<unsigned>(8 * i)));
}

/// Takes the next `bytes` of a number, least significant first.
std::uint64_t take(std::span<const std::byte>& from, std::size_t bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i)
        value |= std::to_integer<std::uint64_t>(from[i]) << (8 * i);
    from = from.subspan(bytes);
    return value;
}

std::string_view text(std::span<const std::byte> bytes) {
    // The same bytes, as a stream takes them.
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; // NOLINT
}

std::string record_text(CaptureRecord::Kind kind,
                        std::uint64_t connection,
                        std::uint8_t type,
                        std::uint8_t id,
                        Duration at,
                        std::string_view body) {
    std::string record;
    record.reserve(header_size + body.size());
    append(record, static_cast<std::uint8_t>(kind), 1);
    append(record, type, 1);
    append(record, id, 1);
    append(record, 0, 1);
    append(record, connection, 4);
    append(record, static_cast<std::uint64_t>(at.count()), 8);
    append(record, body.size(), 4);
    return record.append(body);
}

struct FreeSha {
    void operator()(AVSHA* sha) const { av_free(sha); }
};

} // namespace

PictureHash hash_of(const PictureView& picture) {
    const std::unique_ptr<AVSHA, FreeSha> sha{av_sha_alloc()};
    if (!sha) throw std::bad_alloc{};
    av_sha_init(sha.get(), 256);
    const auto width = static_cast<std::size_t>(picture.size.width);
    std::vector<std::uint8_t> row(width * 3);
    for (std::int32_t y = 0; y < picture.size.height; ++y) {
        const std::byte* from = picture.data + y * picture.stride_bytes;
        for (std::size_t x = 0; x < width; ++x) {
            for (std::size_t c = 0; c < 3; ++c)
                row[3 * x + c] = static_cast<std::uint8_t>(from[4 * x + c]);
        }
        av_sha_update(sha.get(), row.data(), row.size());
    }
    std::array<std::uint8_t, std::tuple_size_v<PictureHash>> digest{};
    av_sha_final(sha.get(), digest.data());
    PictureHash hash{};
    std::transform(
        digest.begin(), digest.end(), hash.begin(), [](std::uint8_t b) { return std::byte{b}; });
    return hash;
}

Result<std::unique_ptr<CaptureWriter>, Failure> CaptureWriter::open(const std::string& path,
                                                                    LocalTime began) {
    auto file = BackgroundFile::open(path, "the capture");
    if (!file) return file.error();
    return std::make_unique<CaptureWriter>(*std::move(file), began);
}

CaptureWriter::CaptureWriter(std::unique_ptr<BackgroundFile> file, LocalTime began)
    : file_(std::move(file)), began_(began) {
    file_->append(magic);
}

void CaptureWriter::on_wire(const WireView& view) {
    const auto put = [&](CaptureRecord::Kind kind, std::span<const std::byte> bytes) {
        file_->append(record_text(kind,
                                  view.connection,
                                  view.channel_type,
                                  view.channel_id,
                                  view.at - began_,
                                  text(bytes)));
    };
    const std::lock_guard lock{mutex_};
    if (view.bytes.empty()) put(CaptureRecord::Kind::ended, {});
    for (auto rest = view.bytes; !rest.empty();) {
        const auto piece = rest.first(std::min(rest.size(), max_record_bytes));
        put(CaptureRecord::Kind::bytes, piece);
        rest = rest.subspan(piece.size());
    }
    if (view.channel_type == SPICE_CHANNEL_DISPLAY) display_bytes_ += view.bytes.size();
}

std::uint64_t CaptureWriter::display_bytes() const {
    const std::lock_guard lock{mutex_};
    return display_bytes_;
}

bool CaptureWriter::checkpoint(const Checkpoint& checkpoint,
                               LocalTime at,
                               std::uint64_t display_bytes) {
    const std::lock_guard lock{mutex_};
    if (display_bytes_ != display_bytes) return false;
    std::string body;
    append(body, checkpoint.display, 4);
    append(body, static_cast<std::uint32_t>(checkpoint.size.width), 4);
    append(body, static_cast<std::uint32_t>(checkpoint.size.height), 4);
    body += text(checkpoint.hash);
    file_->append(record_text(CaptureRecord::Kind::checkpoint, 0, 0, 0, at - began_, body));
    return true;
}

CaptureReader::CaptureReader(std::unique_ptr<std::istream> from, std::string name)
    : from_(std::move(from)), name_(std::move(name)) {}

Failure CaptureReader::damaged(const std::string& what) const {
    return {ErrorCode::invalid,
            fmt::format("{}: {} (byte {})", name_, what, offset_),
            "captures are made by 'sumac record --wire FILE'"};
}

Result<CaptureReader, Failure> CaptureReader::open(std::unique_ptr<std::istream> from,
                                                   std::string name) {
    CaptureReader reader{std::move(from), std::move(name)};
    std::string start(magic.size(), '\0');
    reader.from_->read(start.data(), static_cast<std::streamsize>(start.size()));
    if (start != magic) return reader.damaged("this is no capture");
    reader.offset_ = magic.size();
    return reader;
}

Result<std::optional<CaptureRecord>, Failure> CaptureReader::next() {
    const auto read = [this](std::span<std::byte> into) {
        from_->read(reinterpret_cast<char*>(into.data()), // NOLINT: the same bytes
                    static_cast<std::streamsize>(into.size()));
        return static_cast<std::size_t>(from_->gcount());
    };
    std::array<std::byte, header_size> header{};
    const std::size_t got = read(header);
    if (got == 0) return std::optional<CaptureRecord>{};
    if (got < header_size) return damaged("the file ends within a record");
    std::span<const std::byte> fields{header};
    CaptureRecord record;
    const auto kind = static_cast<std::uint8_t>(take(fields, 1));
    record.channel_type = static_cast<std::uint8_t>(take(fields, 1));
    record.channel_id = static_cast<std::uint8_t>(take(fields, 1));
    take(fields, 1);
    record.connection = static_cast<std::uint32_t>(take(fields, 4));
    const std::uint64_t at = take(fields, 8);
    const std::size_t size = take(fields, 4);
    // A year; a sum of two such times overflows nothing.
    if (at > std::uint64_t{365} * 24 * 3600 * 1'000'000) return damaged("a time that cannot be");
    record.at = Duration{static_cast<std::int64_t>(at)};
    if (size > max_record_bytes) return damaged("a record that is too long");
    std::vector<std::byte> body(size);
    if (read(body) < size) return damaged("the file ends within a record");
    record.kind = static_cast<CaptureRecord::Kind>(kind);
    switch (record.kind) {
    case CaptureRecord::Kind::bytes:
        if (body.empty()) return damaged("a record without bytes");
        record.bytes = std::move(body);
        break;
    case CaptureRecord::Kind::ended:
        if (!body.empty()) return damaged("an end with bytes");
        break;
    case CaptureRecord::Kind::checkpoint: {
        if (body.size() != checkpoint_size) return damaged("a checkpoint of another size");
        std::span<const std::byte> values{body};
        record.checkpoint.display = static_cast<std::uint32_t>(take(values, 4));
        record.checkpoint.size.width = static_cast<std::int32_t>(take(values, 4));
        record.checkpoint.size.height = static_cast<std::int32_t>(take(values, 4));
        std::copy(values.begin(), values.end(), record.checkpoint.hash.begin());
        break;
    }
    default:
        return damaged(fmt::format("a record of unknown kind {}", kind));
    }
    offset_ += header_size + size;
    return std::optional{std::move(record)};
}

} // namespace sumac::tool
