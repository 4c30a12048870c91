/// The SPICE ticket: the password, encrypted for the server's key of this connection.
#pragma once

#include "base/reader.h"

#include <cstddef>
#include <string_view>
#include <vector>

namespace sumac::link {

/// RSAES-OAEP with SHA-1 and an empty label over the password and one NUL byte; 128 bytes.
/// `public_key_der` is a SubjectPublicKeyInfo. ErrorCode::invalid: it is not an RSA key of 1024
/// bits; ErrorCode::system: encrypting failed.
Result<std::vector<std::byte>> encrypt_ticket(Bytes public_key_der, std::string_view password);

} // namespace sumac::link
