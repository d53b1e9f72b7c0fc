// Package drift compares a fresh recording with a stored one and says what a
// client of the vendor would notice.
//
// Both recordings are in the placeholder world. [Compare] works in these steps:
//
//  1. Exchanges are paired by request: method, URL and body first, then method
//     and path. What is left over was made in one of the recordings only.
//  2. The fresh answer is held to the contract. Problems that the stored answer
//     has as well are no drift.
//  3. Status, media type, recorded headers and body are compared. Bodies of
//     different HTTP statuses are different bodies, and are not.
//  4. The items of an array are merged into one shape before they are compared,
//     so that a list may grow, shrink and change its order.
//  5. With a second fresh recording, what differs between the two fresh ones is
//     volatile: it is listed, and is no drift. Status, media type, JSON type, the
//     reason of an error and breaches of the contract are never volatile: they
//     count when one of the two has them.
//
// Every change has a class and the rule that found it:
//
//	breaking  contract                  the answer breaks the contract
//	          unlisted-value            a value that the contract does not list
//	          exchange-gone             a request is no longer made
//	          exchange-new              a request is made in addition
//	          status-changed            another HTTP status
//	          media-type-changed        another media type, or none
//	          header-gone               a recorded header is gone
//	          header-changed            another redirect, challenge or form of Retry-After
//	          body-gone                 there is no body any more
//	          body-form-changed         JSON became something else, or the reverse
//	          type-changed              another JSON type
//	          member-gone               a documented member is gone
//	          error-changed             the request is refused for another documented reason
//	additive  member-new                a documented, optional member is there now
//	          member-undocumented       a member that the contract does not describe
//	          value-new                 a value in place of null
//	          items-new                 items in an array that had none
//	          header-new                a recorded header is there now
//	          media-type-new            a media type where there was none
//	          body-new                  a body where there was none
//	cosmetic  value-changed             another value that the contract allows
//	          null-allowed              null, which the contract allows or does not speak of
//	          member-undocumented-gone  a member that the contract does not describe is gone
//	          member-of-variant-gone    a member is gone because the object is of another type
//	          member-in-some-items      an optional member is in some items, or in none of them any more
//	          items-gone                an array has no items any more
//	          items-changed             an array has more or fewer items
//	          order-changed             members or items in another order
//	          layout-changed            other white space or escapes
//	          header-value-changed      another value of a header, or one that only caches read is gone
//
// The numbers of placeholders (user-1 and user-2) carry no meaning and never
// make a difference; nor do the headers that the provider calls volatile.
//
// A message is one sentence, from the view of a client of the vendor. It quotes
// words of the contract and no other value. The package reads no files and
// sends nothing.
package drift
