/** The name and the sign of the product. */
export function Brand() {
  return (
    <span class="brand">
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="8" />
        <path d="M10.5 21.5a8 8 0 0 1 0-11M21.5 10.5a8 8 0 0 1 0 11" />
        <circle cx="16" cy="16" r="3.2" />
      </svg>
      SRT Live Server
    </span>
  )
}
