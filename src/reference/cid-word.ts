/** `enum mm_cid_state` of the patch (include/linux/mm_types.h), on unsigned 32-bit words. */
import { CID_LAZY_PUT, CID_UNSET } from '../abi.js';

export const MM_CID_UNSET = CID_UNSET;

export const mm_cid_is_unset = (cid: number): boolean => cid === CID_UNSET;

export const mm_cid_is_lazy_put = (cid: number): boolean => !mm_cid_is_unset(cid) && cid >= CID_LAZY_PUT;

export const mm_cid_is_valid = (cid: number): boolean => cid < CID_LAZY_PUT;

export const mm_cid_set_lazy_put = (cid: number): number => (cid | CID_LAZY_PUT) >>> 0;

export const mm_cid_clear_lazy_put = (cid: number): number => cid & ~CID_LAZY_PUT;
