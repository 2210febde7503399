#pragma once

#include <cstdint>

namespace peers {

/// Datagrams that the kernel threw away because the sockets bound to this local port, of whichever process, had no room
/// (/proc/net/udp and udp6, last column), since those sockets were opened.
std::uint64_t dropsOnPort(int port);

}  // namespace peers
