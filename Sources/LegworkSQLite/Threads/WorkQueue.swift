import Glibc

/// A queue that threads wait at. Who puts something in never waits.
@safe final class WorkQueue<Element: Sendable>: @unchecked Sendable {
    // A condition variable, because a waiting thread must sleep, and the standard library's mutex has none.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var elements: [Element] = []
    private var head = 0
    private var waiting = 0
    /// How many of those that wait have been woken, and are not there yet: nobody has to wake them again.
    private var woken = 0
    private var isClosed = false

    init() {
        unsafe mutex = .allocate(capacity: 1)
        unsafe condition = .allocate(capacity: 1)
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(condition, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Puts an element at the end; false when the queue is closed.
    func push(_ element: Element) -> Bool {
        unsafe pthread_mutex_lock(mutex)
        let isOpen = !isClosed
        var mustWake = false
        if isOpen {
            elements.append(element)
            mustWake = waiting > woken
            if mustWake { woken += 1 }
        }
        unsafe pthread_mutex_unlock(mutex)
        // Behind the lock, so that who is woken does not have to wait for it.
        if mustWake { unsafe pthread_cond_signal(condition) }
        return isOpen
    }

    /// Waits for elements, and takes those at the front that belong together: at least one.
    ///
    /// - Parameter fits: is told of each further element, and says whether it may still come along.
    /// - Returns: nil once the queue is closed and empty.
    func take(while fits: (Element) -> Bool) -> [Element]? {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while head == elements.count {
            if isClosed { return nil }
            waiting += 1
            unsafe pthread_cond_wait(condition, mutex)
            waiting -= 1
            woken = max(0, woken - 1)
        }
        var end = head + 1
        while end < elements.count, fits(elements[end]) { end += 1 }
        let taken = Array(elements[head..<end])
        if end == elements.count {
            elements.removeAll(keepingCapacity: elements.capacity <= 4096)
            head = 0
        } else {
            head = end
            if head > 1024, head > elements.count / 2 {
                elements.removeFirst(head)
                head = 0
            }
        }
        return taken
    }

    /// Lets nothing more in. What is queued is still given out.
    func close() {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        isClosed = true
        unsafe pthread_cond_broadcast(condition)
    }
}
