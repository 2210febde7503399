/** Grey lines where something is being loaded. */
export function Skeleton({ what, rows = 4 }: { what: string; rows?: number }) {
  return (
    <div class="skeleton" role="status" aria-label={`${what}: loading`}>
      {Array.from({ length: rows }, (_, index) => (
        <span key={index} />
      ))}
    </div>
  )
}
