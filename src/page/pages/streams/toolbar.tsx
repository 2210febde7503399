import { Icon } from '../../components/icon.tsx'
import { Segments } from '../../components/segments.tsx'
import type { Filter, Order } from './groups.ts'
import { view } from './view.ts'

const FILTERS: readonly { value: Filter; label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'live', label: 'Live' },
  { value: 'offline', label: 'Offline' },
]

const ORDERS: readonly { value: Order; label: string }[] = [
  { value: 'state', label: 'Live first' },
  { value: 'name', label: 'By name' },
  { value: 'bitrate', label: 'By bitrate' },
  { value: 'players', label: 'By players' },
  { value: 'newest', label: 'Newest first' },
]

/** Search, filter and order of the streams. */
export function Toolbar() {
  const { search, filter, order } = view.value
  return (
    <search class="toolbar">
      <div class="search">
        <Icon name="search" />
        <input
          type="search"
          placeholder="Search streams"
          aria-label="Search streams"
          value={search}
          onInput={event => {
            view.value = { ...view.value, search: event.currentTarget.value }
          }}
        />
      </div>
      <Segments
        label="Show"
        options={FILTERS}
        value={filter}
        onChange={chosen => {
          view.value = { ...view.value, filter: chosen }
        }}
      />
      <select
        class="order"
        aria-label="Order"
        value={order}
        onChange={event => {
          const chosen = ORDERS.find(({ value }) => value === event.currentTarget.value)
          if (chosen !== undefined) view.value = { ...view.value, order: chosen.value }
        }}
      >
        {ORDERS.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </search>
  )
}
